import type { Client } from './origin.ts';

/** Types of audit events; a name is never reused for another meaning. */
export const AUDIT_EVENT_TYPES = [
  'organization.created',
  'organization.updated',
  'organization.renamed',
  'organization.deleted',
  'organization.overridden',
  'organization.override_ended',
  'user.created',
  'user.updated',
  'user.adopted',
  'user.invited',
  'user.deactivated',
  'user.reactivated',
  'user.deleted',
  'identity.linked',
  'identity.unlinked',
  'user.invitation_accepted',
  'password.set',
  'password.removed',
  'password.reset_requested',
  'second_factor.enrolled',
  'second_factor.removed',
  'second_factor.failed',
  'grants.changed',
  'grants.edited',
  'groups.changed',
  'login.succeeded',
  'login.refused',
  'logout.refused',
  'session.opened',
  'session.revoked',
  'application.signed_in',
  'application.token_reused',
  'sso.tested',
  'sso.enforced',
  'sso.released',
  'recovery.requested',
  'recovery.confirmed',
  'recovery.opened',
  'recovery.refused',
  'recovery.ended',
  'metadata.changed',
  'metadata.held',
  'metadata.accepted',
  'domain.verified',
  'domain.lost',
  'domain.refused',
  'directory.token_issued',
  'directory.token_revoked',
  'group.created',
  'group.changed',
  'group.name_lost',
  'group.deleted',
  'directory.held',
  'directory.released',
  'platform.updated',
  'token.exchanged',
  'token.ended',
  'audit.exported',
  'audit.address_erased',
  'users.exported',
] as const;
export type AuditEventType = (typeof AUDIT_EVENT_TYPES)[number];

/**
 * Who did it. `id` is a token's id, a user id, a component or, of a recovery session, the place in `login.recoveryAdmins` (`r14-2`): never a secret and
 * never an e-mail address.
 */
export interface Actor {
  readonly kind: 'user' | 'token' | 'recovery' | 'system';
  readonly id: string;
}

/** One event before it is chained. `data` is redacted by the catalogue: only the keys that it lists are kept. */
export interface AuditEvent {
  readonly type: AuditEventType;
  readonly at: Date;
  readonly actor: Actor;
  /** What it is about: a user id, an identity provider's name, … */
  readonly subject: string;
  readonly data: Readonly<Record<string, unknown>>;
  /** The trace id of the login or the request. */
  readonly traceId?: string;
  /** The commitment to the address that the request came from (`originOf`); nothing when no request caused it. */
  readonly origin?: string;
}

/** One link of an organization's chain: hash(n) = sha256(hash(n-1) || digest(n)), hash(0) = 32 zero bytes. */
export interface ChainedEvent extends AuditEvent {
  /** 1, 2, 3 … without a gap, per organization. */
  readonly seq: number;
  /** sha256 of the canonical form of the event (everything except seq and hash), hex. */
  readonly digest: string;
  readonly hash: string;
  /** What `origin` commits to. Not part of the chain: absent when it was erased. */
  readonly client?: Client;
}
