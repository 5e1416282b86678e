import { quoted } from './quoted.ts';
import type { Impact, NamedUser } from './plan.ts';

/** One line for each thing that users or identity providers gain or lose; empty when nobody does. */
export function impactLines(impact: Impact): string[] {
  const grants = impact.grants.map(({ scope, role, gain, lose }) => gainAndLose(gain, lose, `${role} on ${scope}`));
  const groups = impact.groups.map(({ group, gain, lose }) => gainAndLose(gain, lose, `group ${group}`));
  const removed = impact.removedIdentityProviders.map(
    ({ identityProvider, linkedUsers }) =>
      `removes identity provider ${identityProvider}: ${users(linkedUsers)} linked`,
  );
  const ended = impact.endedDirectoryTokens ?? [];
  const tokens = ended.map(({ token, tokens: n }) => `ends ${n} SCIM ${n === 1 ? 'token' : 'tokens'} called ${token}`);
  const signIns = (impact.endedSignIns ?? []).map(
    ({ application, signIns: n }) => `ends ${number(n, 'sign-in')} to application ${application}`,
  );
  return [
    ...removed,
    ...shared(impact),
    ...directoryGone(impact),
    ...tokens,
    ...signIns,
    ...sso(impact),
    ...grants,
    ...groups,
    ...refused(impact),
  ];
}

/** Who the affected users are, a line each, where the plan names them; never part of what is written for other people to read. */
export function nameLines({ named }: Impact): string[] {
  if (named === undefined) return [];
  const more = named.more === 0 ? [] : [`and ${users(named.more)} more`];
  return [...named.users.map(nameLine), ...more];
}

function nameLine({ userId, email, gains, loses }: NamedUser): string {
  const parts = [
    ...(gains.length > 0 ? [`gains ${gains.join(', ')}`] : []),
    ...(loses.length > 0 ? [`loses ${loses.join(', ')}`] : []),
  ];
  return `${email === undefined ? userId : shownAddress(email)} ${parts.join('; ')}`;
}

/** What an identity provider called an address may be any text, and this goes to a terminal. */
function shownAddress(email: string): string {
  return /^[!-~]{1,254}$/.test(email) ? email : quoted(email.slice(0, MAX_ADDRESS));
}

const MAX_ADDRESS = 254;

function gainAndLose(gain: number, lose: number, what: string): string {
  if (lose === 0) return `${users(gain)} ${verb(gain, 'gain')} ${what}`;
  if (gain === 0) return `${users(lose)} ${verb(lose, 'lose')} ${what}`;
  return `${users(gain)} ${verb(gain, 'gain')} ${what}, ${lose.toLocaleString('en-US')} ${verb(lose, 'lose')} it`;
}

function shared({ sharedOrigins = [] }: Impact): string[] {
  return sharedOrigins.map(({ application, origin, organizations: n }) => {
    const others = `${n >= MOST_COUNTED ? `${n} or more` : n} other ${n === 1 ? 'organization' : 'organizations'}`;
    return `users of ${others} get in at ${origin} too: application ${application} has to tell them apart`;
  });
}

/** As `originsOfOthers` counts. */
const MOST_COUNTED = 100;

function directoryGone({ removedDirectory }: Impact): string[] {
  if (removedDirectory === undefined) return [];
  const { users: count } = removedDirectory;
  return [
    `removes scim: ${users(count)} ${count === 1 ? 'is' : 'are'} not managed by SCIM any more; status and access stay until the next login decides`,
  ];
}

function sso({ sso: impact }: Impact): string[] {
  if (impact === undefined) return [];
  const { enforced, endedSessions, secondFactorsOff } = impact;
  const which = enforced ? ' that did not come from SSO' : ', since SSO is enforced no longer';
  return [
    ...(endedSessions > 0 ? [`ends ${number(endedSessions, 'session')}${which}`] : []),
    ...(secondFactorsOff > 0 ? [`switches off the second factor of ${users(secondFactorsOff)}`] : []),
  ];
}

function refused({ refusedUsers }: Impact): string[] {
  if (refusedUsers === 0) return [];
  return [
    `${users(refusedUsers)} would be refused at the next login and ${verb(refusedUsers, 'hold')} nothing that rules give from now on`,
  ];
}

function number(n: number, what: string): string {
  return `${n.toLocaleString('en-US')} ${n === 1 ? what : `${what}s`}`;
}

function users(n: number): string {
  return `${n.toLocaleString('en-US')} ${n === 1 ? 'user' : 'users'}`;
}

function verb(n: number, word: string): string {
  return n === 1 ? `${word}s` : word;
}
