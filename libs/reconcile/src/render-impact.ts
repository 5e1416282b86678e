import type { Impact } from './plan.ts';

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
  return [...removed, ...directoryGone(impact), ...tokens, ...grants, ...groups, ...refused(impact)];
}

function gainAndLose(gain: number, lose: number, what: string): string {
  if (lose === 0) return `${users(gain)} ${verb(gain, 'gain')} ${what}`;
  if (gain === 0) return `${users(lose)} ${verb(lose, 'lose')} ${what}`;
  return `${users(gain)} ${verb(gain, 'gain')} ${what}, ${lose.toLocaleString('en-US')} ${verb(lose, 'lose')} it`;
}

function directoryGone({ removedDirectory }: Impact): string[] {
  if (removedDirectory === undefined) return [];
  const { users: count } = removedDirectory;
  return [
    `removes scim: ${users(count)} ${count === 1 ? 'is' : 'are'} not managed by SCIM any more; status and access stay until the next login decides`,
  ];
}

function refused({ refusedUsers }: Impact): string[] {
  if (refusedUsers === 0) return [];
  return [
    `${users(refusedUsers)} would be refused at the next login and ${verb(refusedUsers, 'hold')} nothing from now on`,
  ];
}

function users(n: number): string {
  return `${n.toLocaleString('en-US')} ${n === 1 ? 'user' : 'users'}`;
}

function verb(n: number, word: string): string {
  return n === 1 ? `${word}s` : word;
}
