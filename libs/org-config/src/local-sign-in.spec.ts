import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { API_VERSION, effective, localSignIn, type OrganizationDocument } from './index.ts';

const cases = join(import.meta.dirname, '../local-sign-in-cases');

interface Case {
  readonly now: string;
  readonly login: NonNullable<OrganizationDocument['spec']['login']>;
  /** Address -> because, or the code of the refusal. */
  readonly people: Readonly<Record<string, string>>;
}

/** A case is a file: the settings of an organization, a moment, and who may sign in without single sign-on. */
describe.each(readdirSync(cases).sort())('%s', (name) => {
  const { now, login, people } = parse(readFileSync(join(cases, name), 'utf8')) as Case;
  const document = {
    apiVersion: API_VERSION,
    kind: 'Organization',
    metadata: { name: 'acme' },
    spec: { login },
  } as const;

  it.each(Object.entries(people))('%j: %s (security.md 38)', (address, expected) => {
    const decision = localSignIn(effective(document), address, new Date(now));
    expect(decision.allowed ? decision.because : decision.code).toBe(expected);
  });
});
