import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OIDC_ERROR_CODES } from '../error-codes.ts';
import type { VerifiedIdToken } from '../id-token.ts';
import { type LogoutTokenCase, type OidcCase, runCase, runLogoutTokenCase } from './run-case.ts';

const directory = join(import.meta.dirname, '../../cases');
const LOGOUT_TOKENS = 'logout-token.json';
const files = readdirSync(directory).filter((file) => file !== LOGOUT_TOKENS);
const read = (file: string): unknown => JSON.parse(readFileSync(join(directory, file), 'utf8'));
const casesOf = (file: string) => read(file) as readonly OidcCase[];
const logoutTokens = read(LOGOUT_TOKENS) as readonly LogoutTokenCase[];
/** Of an apply, and of the gateway's form and database. */
const OF_OTHERS = ['discovery_no_end_session', 'logout_token_missing', 'logout_token_replayed'];
const now = new Date('2026-03-02T09:00:00Z');

describe.each(files)('cases/%s', (file) => {
  it.each(casesOf(file).map((each) => [each.title, each.source, each] as const))('%s (%s)', async (_, __, each) => {
    const outcome = await runCase(each, now);
    expect(typeof outcome === 'string' ? { code: outcome } : seen(outcome, each.expect)).toEqual(each.expect);
  });
});

describe('cases/logout-token.json', () => {
  it.each(logoutTokens.map((each) => [each.title, each.source, each] as const))('%s (%s)', async (_, __, each) => {
    expect(await runLogoutTokenCase(each, now)).toEqual(each.expect);
  });
});

test('every code that a case can show is shown', () => {
  const shown = new Set(
    [...files.flatMap(casesOf), ...logoutTokens].flatMap(({ expect: wanted }) =>
      'code' in wanted ? [wanted.code] : [],
    ),
  );
  const codes = Object.keys(OIDC_ERROR_CODES).filter((code) => !code.startsWith('workload_token_'));
  expect(codes.filter((code) => !shown.has(code))).toEqual(OF_OTHERS);
});

/** Of an accepted login as much as the row speaks of. */
function seen({ emailVerified, claims }: VerifiedIdToken, expected: OidcCase['expect']): OidcCase['expect'] {
  const facts = 'facts' in expected ? Object.keys(expected.facts ?? {}) : [];
  return {
    accept: true,
    ...('emailVerified' in expected ? { emailVerified: emailVerified ?? 'unsaid' } : {}),
    ...(facts.length > 0 ? { facts: Object.fromEntries(facts.map((name) => [name, claims.get(name) ?? null])) } : {}),
  };
}
