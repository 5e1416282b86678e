import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OIDC_ERROR_CODES } from '../error-codes.ts';
import type { VerifiedIdToken } from '../id-token.ts';
import { type OidcCase, runCase } from './run-case.ts';

const directory = join(import.meta.dirname, '../../cases');
const files = readdirSync(directory);
const casesOf = (file: string) => JSON.parse(readFileSync(join(directory, file), 'utf8')) as readonly OidcCase[];
const now = new Date('2026-03-02T09:00:00Z');

describe.each(files)('cases/%s', (file) => {
  it.each(casesOf(file).map((each) => [each.title, each.source, each] as const))('%s (%s)', async (_, __, each) => {
    const outcome = await runCase(each, now);
    expect(typeof outcome === 'string' ? { code: outcome } : seen(outcome, each.expect)).toEqual(each.expect);
  });
});

test('every code that a case can show is shown', () => {
  const shown = new Set(
    files.flatMap(casesOf).flatMap(({ expect: wanted }) => ('code' in wanted ? [wanted.code] : [])),
  );
  expect(Object.keys(OIDC_ERROR_CODES).filter((code) => !shown.has(code))).toEqual([]);
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
