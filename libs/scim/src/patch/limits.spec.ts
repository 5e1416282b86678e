import { directorySchemas } from '../schema/registry.ts';
import { applyPatch, type Patched } from './apply-patch.ts';
import { PATCH_LIMITS, PATCH_SCHEMA } from './patch.ts';
import { readPatch } from './read-patch.ts';

const schemas = directorySchemas({ mode: 'tolerant' });
const emails = Array.from({ length: 1_000 }, (_, at) => ({ type: 'work', value: `Eve${at}@acme.example` }));
const stored = { id: '1', body: { userName: 'eve', active: true, emails } };

function patched(Operations: readonly object[]): Patched {
  return applyPatch(stored, readPatch({ schemas: [PATCH_SCHEMA], Operations }, 'user', schemas), schemas.user.type);
}

const refusal = (detail: string) => expect.objectContaining({ status: 400, detail: expect.stringContaining(detail) });

it('X33 a PATCH may make so many changes, however few operations they stand in', () => {
  const titles = Array.from({ length: PATCH_LIMITS.changes }, () => ({ op: 'replace', path: 'title', value: 'x' }));
  expect(patched(titles).changed).toBe(true);
  expect(() => patched([...titles, { op: 'replace', value: { title: 'x' } }])).toThrow(
    refusal('more than 500 changes'),
  );
});

it('F18 filters in paths are bounded together', () => {
  const path = `emails[value eq "${'x'.repeat(1_000)}"]`;
  expect(() => patched(Array.from({ length: 17 }, () => ({ op: 'remove', path })))).toThrow(
    refusal('too many filters'),
  );
});

it('a list does not grow beyond what a create may say, and shrinks from wherever it is', () => {
  expect(() => patched([{ op: 'add', path: 'emails', value: [{ value: 'one@more.example' }] }])).toThrow(
    refusal('more than 1000 values'),
  );
  const many = {
    ...stored,
    body: { ...stored.body, emails: [...emails, ...emails.map(({ value }) => ({ type: 'home', value }))] },
  };
  const one = { schemas: [PATCH_SCHEMA], Operations: [{ op: 'remove', path: 'emails[value eq "eve0@acme.example"]' }] };
  expect(applyPatch(many, readPatch(one, 'user', schemas), schemas.user.type).changed).toBe(true);
});

it.each([
  ['filters', (at: number) => ({ op: 'replace', path: 'emails[value co "e"].type', value: at % 2 ? 'home' : 'work' })],
  ['values', (at: number) => ({ op: 'remove', path: 'emails', value: [{ value: `eve${at}@acme.example` }] })],
  [
    'additions',
    (at: number) => ({ op: 'add', path: 'emails', value: [{ type: 'work', value: `eve${at}@acme.example` }] }),
  ],
])('operations on long lists are bounded by what they look at: %s', (_, operation) => {
  const operations = (count: number) => Array.from({ length: count }, (__, at) => operation(at));
  expect(patched(operations(45)).body['active']).toBe(true);
  expect(() => patched(operations(PATCH_LIMITS.changes))).toThrow(refusal('too many operations on long lists'));
});
