import fc from 'fast-check';
import { ScimError } from '../errors.ts';
import { planBulk } from './plan-bulk.ts';
import { BULK_REQUEST_SCHEMA, readBulk } from './read-bulk.ts';
import { resolveReferences } from './references.ts';

const bulkId = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const reference = fc.oneof(
  bulkId.map((id) => `bulkId:${id}`),
  fc.constantFrom('x', 'bulkId:', 'bulkId:nobody'),
);
const data = fc.oneof(
  fc.record(
    {
      userName: reference,
      members: fc.array(fc.record({ value: reference }), { maxLength: 3 }),
      'urn:x:User': fc.record({ manager: fc.record({ value: reference }) }),
      Operations: fc.array(
        fc.record({ op: fc.constant('remove'), path: reference.map((id) => `members[value eq "${id}"]`) }),
      ),
    },
    { requiredKeys: [] },
  ),
  fc.jsonValue() as fc.Arbitrary<unknown>,
);
const post = fc.record({ method: fc.constant('POST'), path: fc.constantFrom('/Users', '/Groups'), bulkId, data });
const other = fc.record(
  {
    method: fc.constantFrom('PUT', 'PATCH', 'DELETE', 'GET'),
    path: fc.oneof(
      reference.map((id) => `/Users/${id}`),
      fc.string(),
    ),
    version: fc.constantFrom('W/"1"', 5),
    data,
  },
  { requiredKeys: ['method', 'path'] },
);
const operations = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: post },
      { weight: 2, arbitrary: other },
      { weight: 1, arbitrary: fc.jsonValue() as fc.Arbitrary<unknown> },
    ),
    { maxLength: 8 },
  )
  .map(withEachIdOnce);

function withEachIdOnce(list: readonly unknown[]): readonly unknown[] {
  const seen = new Set<unknown>();
  return list.filter((each) => {
    const id = (each as { bulkId?: unknown } | null)?.bulkId;
    return id === undefined || (!seen.has(id) && seen.add(id));
  });
}

it('B2 of any request each operation has one answer, after all that it refers to: 10,000 of them', () => {
  fc.assert(
    fc.property(
      operations.filter((list) => list.length > 0),
      (list) => {
        const before = JSON.stringify(list);
        const request = readBulk({ schemas: [BULK_REQUEST_SCHEMA], Operations: list }, { maxOperations: 1000 });
        const steps = planBulk(request.operations);
        const ids = new Map<string, string>();
        for (const step of steps) {
          // every reference is of an operation before (here also of a refused one): nothing throws
          const resolved = step.kind === 'refused' ? {} : resolveReferences(step.operation, ids);
          expect(JSON.stringify(resolved)).not.toMatch(/"bulkId:[a-e]"/);
          const { method, bulkId: made } = step.operation;
          if (method === 'POST' && made !== undefined) ids.set(made, `id-${made}`);
        }
        const answers = steps.filter(({ kind }) => kind !== 'completion').map(({ operation }) => operation.index);
        expect(answers.toSorted((left, right) => left - right)).toEqual(list.map((_, index) => index));
        expect(JSON.stringify(list)).toBe(before);
      },
    ),
    { numRuns: 10_000 },
  );
});

it('any JSON is read or refused by a ScimError', () => {
  fc.assert(
    fc.property(fc.jsonValue() as fc.Arbitrary<unknown>, (unverified) => {
      expect(() => readBulk(unverified, { maxOperations: 10 })).toThrow(ScimError);
    }),
    { numRuns: 1_000 },
  );
});
