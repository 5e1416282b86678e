import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  compilePolicy,
  decide,
  factsFromJson,
  nameFacts,
  type AttributeNames,
  type FactsJson,
  type MappingPolicy,
} from './index.ts';

// cases/<story>/{policy.json, facts.json, attributes.json?, expected.json}; UPDATE_CASES=1 writes expected.json anew.
const folder = join(import.meta.dirname, '../cases');
const now = new Date('2026-01-15T12:00:00Z');

/** What a document without these fields means, and the roles of the organization that all cases share. */
const unsaid: MappingPolicy = {
  managedBy: 'idp',
  unmatched: 'refuse',
  mappingRoles: {},
  rules: [],
  accountAttributes: {},
  defaults: {},
  roles: ['member', 'sso_admin', 'agent', 'campaign-creator'],
};

describe('decide', () => {
  it.each(readdirSync(folder))('%s', (name) => {
    const path = (file: string) => join(folder, name, file);
    const json = <T>(file: string) => JSON.parse(readFileSync(path(file), 'utf8')) as T;
    const policy = { ...unsaid, ...json<Partial<MappingPolicy>>('policy.json') };
    const names = existsSync(path('attributes.json')) ? json<AttributeNames>('attributes.json') : {};
    const facts = nameFacts(factsFromJson(json<FactsJson>('facts.json')), names);

    const decision = decide(facts, compilePolicy(policy), now);

    if (process.env['UPDATE_CASES']) writeFileSync(path('expected.json'), `${JSON.stringify(decision, null, 2)}\n`);
    expect(decision).toEqual(json('expected.json'));
  });
});
