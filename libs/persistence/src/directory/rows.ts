import type { ResourceBody } from '@rolecall/scim';
import type { DirectoryUserState, GroupFacts, GroupRef, Held, HoldReason, OffboardingReceipt } from '../stores.ts';

export interface UserStateRow {
  readonly user_id: string;
  readonly body: ResourceBody;
  /** bigint */
  readonly version: string;
  readonly created_at: Date;
  readonly modified_at: Date;
  readonly groups: readonly GroupFactsJson[];
  readonly grants: readonly { readonly scope: string; readonly role: string }[];
  readonly memberships: readonly string[];
}

/** As JSON from a function. */
export interface GroupFactsJson extends GroupRef {
  readonly externalId: string | null;
  readonly formerNames: readonly string[];
}

export function toUserState(row: UserStateRow & { readonly revision: number }): DirectoryUserState {
  return {
    userId: row.user_id,
    body: row.body,
    meta: { created: row.created_at, lastModified: row.modified_at, version: Number(row.version) },
    groups: row.groups.map(toGroupFacts),
    held: { grants: row.grants, groups: row.memberships },
    revision: row.revision,
  };
}

export function toGroupFacts({ externalId, ...group }: GroupFactsJson): GroupFacts {
  return externalId === null ? group : { ...group, externalId };
}

/** As JSON from a function. */
export interface HoldJson {
  readonly holdId: string;
  readonly reason: HoldReason;
  readonly offboarded: number;
  readonly allowed: number;
}

export function toHeld({ holdId, reason, offboarded, allowed }: HoldJson): Held {
  return { outcome: 'held', holdId, reason, offboarded, allowed };
}

export interface ReceiptRow {
  readonly receipt_id: string;
  readonly user_id: string;
  /** A text when it comes inside JSON. */
  readonly at: Date | string;
  readonly actor: string;
  readonly cause: OffboardingReceipt['cause'];
  readonly sessions: number;
  readonly identities: number;
  readonly grants: number;
  readonly groups: number;
  readonly sign_ins: number;
  readonly links: number;
  readonly devices: number;
  readonly recovery_sessions: number;
  readonly applications: number;
  readonly forward_auth: number;
  readonly effective_at: Date | string | null;
  readonly milliseconds: number | null;
}

export function toReceipt(row: ReceiptRow): OffboardingReceipt {
  const {
    receipt_id: receiptId,
    user_id: userId,
    at,
    actor: by,
    cause,
    sessions: sessionsEnded,
    identities,
    grants,
    groups,
    sign_ins: signInsEnded,
    links: linksEnded,
    devices: devicesForgotten,
    recovery_sessions: recoverySessionsEnded,
    applications: applicationsEnded,
    forward_auth: forwardAuthEnded,
    effective_at: effective,
    milliseconds,
  } = row;
  const ways = { signInsEnded, linksEnded, recoverySessionsEnded, devicesForgotten };
  const ended = { sessionsEnded, applicationsEnded, forwardAuthEnded, ...ways };
  const effectiveAt = effective === null ? null : new Date(effective);
  return {
    receiptId,
    userId,
    at: new Date(at),
    by,
    cause,
    ...ended,
    identities,
    grants,
    groups,
    effectiveAt,
    milliseconds,
  };
}
