import type { Directory, DirectoryHold, DirectoryToken, OffboardingReceipt } from '../server/directory.ts';
import type { DueToken } from '../server/client.ts';
import { requestLine } from './directory-requests.ts';
import { named } from './flow.ts';
import { printable } from './printable.ts';
import type { Paint } from './style.ts';
import { table } from './table.ts';
import { dayOf, secondOf } from './time.ts';

const DAY_MS = 86_400_000;
/** How long before its time a rotation is asked for. */
const WARN_MS = 14 * DAY_MS;

/** How a directory is doing, what needs doing first of all. */
export function statusText(organization: string, directory: Directory, now: Date, paint: Paint): string {
  const { enabled, mode, baseUrl, users, activeUsers, groups, tokens, lastRequest, lastProblem } = directory;
  const head = {
    'base URL': baseUrl,
    users: `${users.toLocaleString('en')} (${activeUsers.toLocaleString('en')} active)`,
    groups: groups.toLocaleString('en'),
  };
  const last = lastRequest ? requestLine(lastRequest).trimEnd() : 'the identity provider asked nothing yet';
  const problem = lastProblem ? requestLine(lastProblem).trimEnd() : 'none within 30 days';
  const todo = thingsToDo(organization, directory, now);
  return [
    paint('strong', printable(`${organization}: directory ${enabled ? 'enabled' : 'not enabled'}, ${mode}`)),
    ...named(head),
    '',
    ...todo.map((line) => `  ${paint('warning', '!')} ${printable(line)}`),
    ...(todo.length > 0 ? [''] : []),
    ...named({ 'last request': last, 'last problem': problem }),
    '',
    tokens.length > 0 ? tokenTable(tokens) : 'There are no tokens yet.\n',
  ].join('\n');
}

function thingsToDo(organization: string, directory: Directory, now: Date): string[] {
  const { enabled, openHolds, tokens, missingTokens } = directory;
  const issue = (name: string) => `rolecall scim token issue ${organization} ${name}`;
  const due = tokens.filter((token) => isDue(token, now));
  return [
    ...(enabled ? [] : ['no token lets in: the document says spec.scim.enabled: false']),
    ...(openHolds > 0
      ? [`${openHolds} ${openHolds === 1 ? 'removal is' : 'removals are'} held: rolecall scim holds ${organization}`]
      : []),
    ...missingTokens.map((name) => `no token called ${name} is alive: ${issue(name)}`),
    ...due.map(({ name, expiresAt }) => `${name} ends on ${dayOf(expiresAt)}; rotate it before: ${issue(name)}`),
  ];
}

/** Whether another token should be issued in place of this one, now or soon. */
function isDue({ state, rotateAt }: Pick<DirectoryToken, 'state' | 'rotateAt'>, now: Date): boolean {
  return state === 'active' && Date.parse(rotateAt) - now.getTime() <= WARN_MS;
}

/** More than these nobody reads before a plan. */
const DUE_LINES = 10;

/** Warnings of tokens whose time comes or is over, for a plan; empty when there are none. */
export function dueText(tokens: readonly DueToken[], now: Date): string {
  const lines = tokens.slice(0, DUE_LINES).map(({ organization, name, expiresAt }) => {
    const ends = Date.parse(expiresAt) <= now.getTime() ? 'ended' : 'ends';
    const issue = `rolecall scim token issue ${organization} ${name}`;
    return `warning: the SCIM token ${name} of ${organization} ${ends} on ${dayOf(expiresAt)}; issue another: ${issue}`;
  });
  const more = tokens.length > DUE_LINES ? [`warning: so do ${tokens.length - DUE_LINES} more SCIM tokens`] : [];
  return [...lines, ...more].map((line) => `${printable(line)}\n`).join('');
}

const TOKEN_HEADING = ['TOKEN', 'STATE', 'CREATED', 'ROTATE BY', 'ENDS', 'LAST USED (UTC)', 'ID'];

/** Tokens as a table, a line each. */
export function tokenTable(tokens: readonly DirectoryToken[]): string {
  const rows = tokens.map(({ id, name, state, createdAt, rotateAt, expiresAt, lastUsedAt, revokedAt }) => {
    const [created, rotate, ends] = [createdAt, rotateAt, revokedAt ?? expiresAt].map(dayOf);
    return [name, state, created ?? '', state === 'active' ? (rotate ?? '') : '', ends ?? '', timeOf(lastUsedAt), id];
  });
  return table([TOKEN_HEADING, ...rows]);
}

const WHY: Readonly<Record<DirectoryHold['reason'], string>> = {
  mass_change: 'more removals than spec.scim.brake lets through',
  last_sso_admin: 'nobody else holds sso_admin',
};

/** Holds as a table, a line each, with the command that releases. */
export function holdTable(organization: string, holds: readonly DirectoryHold[]): string {
  const rows = holds.map(({ id, at, reason, userId, releasedAt }) => {
    const state = releasedAt === null ? 'held' : `released ${timeOf(releasedAt)}`;
    return [timeOf(at), state, WHY[reason], userId ?? '', id];
  });
  const open = holds.find(({ releasedAt }) => releasedAt === null);
  const command = open ? `\nIf they are meant: rolecall scim release ${printable(organization)} ${open.id}\n` : '';
  return table([['TIME (UTC)', 'STATE', 'WHY', 'USER', 'ID'], ...rows]) + command;
}

const RECEIPT_HEADING = [
  'TIME (UTC)',
  'CAUSE',
  'USER',
  'BY',
  'SESSIONS ENDED',
  'APPLICATIONS',
  'IDENTITIES',
  'GRANTS',
  'GROUPS',
  'MS',
];

/** Receipts as a table, a line each. */
export function receiptsOfOrganization(receipts: readonly OffboardingReceipt[]): string {
  const rows = receipts.map(({ userId, at, by, cause, milliseconds, ...receipt }) => {
    const { sessionsEnded, applicationsEnded, forwardAuthEnded, identities, grants, groups } = receipt;
    const applications = applicationsEnded + forwardAuthEnded;
    const counts = [sessionsEnded, applications, identities, grants, groups, milliseconds ?? ''];
    return [timeOf(at), cause, userId, by, ...counts.map(String)];
  });
  return table([RECEIPT_HEADING, ...rows]);
}

const timeOf = (at: string | null): string => (at === null ? 'never' : secondOf(at));
