import type { OffboardingReceipt } from '../server/directory.ts';
import type { User, UserAccess, UserDetail, UserSession, Why } from '../server/users.ts';
import { named } from './flow.ts';
import { printable } from './printable.ts';
import type { Paint } from './style.ts';
import { table } from './table.ts';
import { dayOf, secondOf } from './time.ts';

/** Users as a table, a line each. */
export function userTable(users: readonly User[]): string {
  const rows = users.map(({ email, displayName, status, managed, grants, userId }) => {
    const held = grants.map(({ scope, role }) => `${role}@${scope}`).join(' ');
    return [email ?? '', displayName ?? '', status, managed ? 'scim' : '', held, userId];
  });
  return table([['EMAIL', 'NAME', 'STATUS', 'MANAGED', 'ROLES', 'ID'], ...rows]);
}

/**
 * One user with what it holds and why.
 * @param user UNTRUSTED in its texts: names and addresses are whatever an identity provider said
 */
export function userText(user: UserDetail, paint: Paint): string {
  const { email, displayName, status, stoppedAt, managed, identities, grants, groups, sessions } = user;
  const name = email ?? displayName ?? user.userId;
  const head = {
    id: user.userId,
    name: displayName,
    status: stoppedAt === null ? status : `${status}: deactivated by an administrator ${dayOf(stoppedAt)}`,
    'managed by': managed ? 'the directory (SCIM)' : undefined,
    created: dayOf(user.createdAt),
    sessions: String(sessions),
  };
  const signIns = identities.filter(({ identityProvider }) => !identityProvider.startsWith('@'));
  return [
    paint('strong', printable(name)),
    ...named(head),
    ...part(
      'signs in by',
      signIns.map((one) => [one.identityProvider, `last ${dayOf(one.lastLoginAt)}`]),
    ),
    ...part(
      'roles',
      grants.map((grant) => [`${grant.role} on ${grant.scope}`, becauseOf(grant)]),
    ),
    ...part(
      'groups',
      groups.map((group) => [group.group, becauseOf(group)]),
    ),
    '',
  ].join('\n');
}

/** What gives it, in words. */
function becauseOf({ sources, revision, since }: Why): string {
  const by = sources.map((source) => sourceText(source)).join(', ');
  return `${by} (revision ${revision}, since ${dayOf(since)})`;
}

const KINDS: Readonly<Record<string, string>> = {
  rule: 'rule',
  mappingRole: 'mapping role',
  accountAttribute: 'account attribute',
  default: 'default',
  app: 'edited by',
};

function sourceText({ kind, name, attribute, value, by }: Why['sources'][number]): string {
  const what = `${KINDS[kind] ?? kind} ${name ?? by ?? ''}`;
  return attribute === undefined ? what : `${what}: ${attribute}=${value ?? ''}`;
}

function part(title: string, rows: readonly (readonly [string, string])[]): string[] {
  if (rows.length === 0) return [];
  const width = Math.max(...rows.map(([left]) => left.length));
  return ['', title, ...rows.map(([left, right]) => `  ${printable(left.padEnd(width))}  ${printable(right)}`)];
}

/** Sessions as a table. */
export function sessionTable(sessions: readonly UserSession[]): string {
  const rows = sessions.map(({ id, identityProvider, openedAt, lastSeenAt, expiresAt }) => [
    ...[openedAt, lastSeenAt, expiresAt].map(secondOf),
    identityProvider,
    id,
  ]);
  return table([['OPENED (UTC)', 'LAST SEEN', 'ENDS', 'SIGNED IN BY', 'ID'], ...rows]);
}

/** Roles at a moment, each with what gives it, where that stands, and since when. */
export function accessText({ grants }: UserAccess, paint: Paint): string {
  return grants
    .map(({ scope, role, since, until, sources, revision }) => {
      const from = sources.map((source) => [sourceText(source), source.place].filter(Boolean).join(', '));
      const by =
        revision && `revision ${revision.number} of ${dayOf(revision.appliedAt)}, applied by ${revision.appliedBy}`;
      const ended = until === null ? '' : `, until ${secondOf(until)} UTC`;
      const known = { because: from.join('; '), 'rules of': by, since: `${secondOf(since)} UTC${ended}` };
      return [paint('strong', printable(`${role} on ${scope}`)), ...named(known), ''].join('\n');
    })
    .join('');
}

const RECEIPTS = [
  'ASKED FOR (UTC)',
  'CAUSE',
  'BY',
  'SESSIONS',
  'APPLICATIONS',
  'SIGN-INS',
  'LINKS',
  'ROLES',
  'MS',
  'ID',
];

/** Receipts as a table. */
export function receiptsOfUser(receipts: readonly OffboardingReceipt[]): string {
  const rows = receipts.map(({ at, cause, by, grants, milliseconds, id, ...ended }) => {
    const { sessionsEnded, applicationsEnded, forwardAuthEnded, signInsEnded, linksEnded } = ended;
    const applications = applicationsEnded + forwardAuthEnded;
    const counts = [sessionsEnded, applications, signInsEnded, linksEnded, grants, milliseconds ?? ''];
    return [secondOf(at), cause, by, ...counts.map(String), id];
  });
  return table([RECEIPTS, ...rows]);
}

/** What ended with a user, in a sentence, and where it is on record. */
export function receiptText(receipt: OffboardingReceipt): string {
  const { sessionsEnded, applicationsEnded, forwardAuthEnded } = receipt;
  const { signInsEnded, linksEnded, recoverySessionsEnded, devicesForgotten } = receipt;
  const ended = [
    counted(sessionsEnded, 'session'),
    counted(applicationsEnded, 'sign-in to an application', 'sign-ins to applications'),
    counted(forwardAuthEnded, 'sign-in behind a proxy', 'sign-ins behind proxies'),
    counted(signInsEnded, 'sign-in under way', 'sign-ins under way'),
    counted(linksEnded, 'one-time link'),
    counted(recoverySessionsEnded, 'recovery session'),
    counted(devicesForgotten, 'known device'),
  ].filter((text) => text !== undefined);
  const what = ended.length === 0 ? 'Nothing was open' : `Ended: ${ended.join(', ')}`;
  return `${what}${receipt.milliseconds === null ? '' : `, in ${receipt.milliseconds} ms`}. Receipt ${receipt.id}.\n`;
}

function counted(count: number, one: string, many = `${one}s`): string | undefined {
  return count === 0 ? undefined : `${count} ${count === 1 ? one : many}`;
}
