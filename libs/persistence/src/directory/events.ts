import type { AuditEvent, AuditEventType } from '@rolecall/audit';
import { sameValue } from '@rolecall/scim';
import type { ResourceBody } from '@rolecall/scim';
import { auditEntries } from '../audit/append.ts';
import type { DirectoryAccess, DirectoryActor, GrantChanges, HeldAccess } from '../stores.ts';

/** Audit events of one request of a SCIM client. */
export function eventsOf({ tokenName, traceId, at }: DirectoryActor) {
  const actor = { kind: 'token' as const, id: `scim/${tokenName}` };
  return (type: AuditEventType, subject: string, data: AuditEvent['data']): AuditEvent => ({
    type,
    at,
    actor,
    subject,
    data,
    traceId,
  });
}

type MakeEvent = ReturnType<typeof eventsOf>;

/** Events as the SQL functions append them. */
export function eventColumns(organizationId: string, events: readonly AuditEvent[]): string {
  return JSON.stringify(auditEntries(organizationId, events));
}

/** What a decision changes of a user's grants and groups; no event for what stays as it is. */
export function accessEvents(
  event: MakeEvent,
  userId: string,
  held: HeldAccess,
  decided: DirectoryAccess,
): readonly AuditEvent[] {
  const { granted, revoked, joined, left } = accessChanges(held, decided);
  const { revision } = decided;
  return [
    ...(granted.length + revoked.length > 0 ? [event('grants.changed', userId, { granted, revoked, revision })] : []),
    ...(joined.length + left.length > 0 ? [event('groups.changed', userId, { joined, left, revision })] : []),
  ];
}

function accessChanges(held: HeldAccess, { access }: DirectoryAccess): GrantChanges {
  if (access === undefined) return { granted: [], revoked: [], joined: [], left: [] };
  const name = ({ scope, role }: { scope: string; role: string }) => JSON.stringify([scope, role]);
  const had = new Set(held.grants.map(name));
  const wanted = new Set(access.grants.map(name));
  const groups = new Set(access.groups.map(({ group }) => group));
  const bare = ({ scope, role }: { scope: string; role: string }) => ({ scope, role });
  return {
    granted: access.grants.filter((grant) => !had.has(name(grant))).map(bare),
    revoked: held.grants.filter((grant) => !wanted.has(name(grant))).map(bare),
    joined: [...groups].filter((group) => !held.groups.includes(group)),
    left: held.groups.filter((group) => !groups.has(group)),
  };
}

/** Names of the attributes that differ, without their values. */
export function changedAttributes(was: ResourceBody, is: ResourceBody): readonly string[] {
  const names = new Set([...Object.keys(was), ...Object.keys(is)]);
  return [...names].filter((name) => !sameValue(was[name], is[name])).sort();
}
