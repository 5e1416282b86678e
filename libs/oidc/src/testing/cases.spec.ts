import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OIDC_ERROR_CODES } from '../error-codes.ts';
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

function seen({ emailVerified }: { emailVerified: boolean }, expected: OidcCase['expect']): OidcCase['expect'] {
  return { accept: true, ...('emailVerified' in expected ? { emailVerified } : {}) };
}
