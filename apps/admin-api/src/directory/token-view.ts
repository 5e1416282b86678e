import type { EffectiveScim } from '@rolecall/org-config';
import type { DirectoryToken } from '@rolecall/persistence';

/** Of the tokens of one directory, the newest first, as the API shows them. */
export function tokenViews(
  tokens: readonly DirectoryToken[],
  scim: Pick<EffectiveScim, 'tokens'>,
  now: Date,
): readonly Readonly<Record<string, unknown>>[] {
  const current = new Set<string>();
  return tokens.map((token) => {
    const state = stateOf(token, scim, current.has(token.name), now);
    if (state === 'active') current.add(token.name);
    return viewOf(token, state);
  });
}

/** A key that holds nothing is null, so that every token has all of them. */
export function viewOf(token: DirectoryToken, state: string): Readonly<Record<string, unknown>> {
  const { id, name, createdAt, createdBy, rotateAt, expiresAt, lastUsedAt, revokedAt } = token;
  const times = { createdAt, rotateAt, expiresAt, lastUsedAt: lastUsedAt ?? null, revokedAt: revokedAt ?? null };
  return { id, name, state, createdBy, ...times };
}

function stateOf(
  { name, expiresAt, revokedAt }: DirectoryToken,
  { tokens }: Pick<EffectiveScim, 'tokens'>,
  followed: boolean,
  now: Date,
): string {
  if (revokedAt) return 'revoked';
  if (expiresAt <= now) return 'expired';
  if (!Object.hasOwn(tokens, name)) return 'undeclared';
  return followed ? 'superseded' : 'active';
}
