import { ScimError } from '../errors.ts';
import { bulkResponse } from './bulk-response.ts';
import { incomplete, planBulk, type BulkStep } from './plan-bulk.ts';
import { BULK_REQUEST_SCHEMA, readBulk, type BulkRequest } from './read-bulk.ts';
import { resolveReferences } from './references.ts';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

function bulk(operations: readonly unknown[], more: object = {}): BulkRequest {
  return readBulk({ schemas: [BULK_REQUEST_SCHEMA], Operations: operations, ...more }, { maxOperations: 1000 });
}

const post = (bulkId: string, data: object, path = '/Users') => ({ method: 'POST', path, bulkId, data });
const groupOf = (...members: readonly string[]) => ({ displayName: 'G', members: members.map((value) => ({ value })) });

/** Does the steps of a plan with ids `id-of-<bulkId>`, and says what each would have sent. */
function run(operations: readonly unknown[], failing: readonly string[] = []): readonly string[] {
  const ids = new Map<string, string>();
  return planBulk(bulk(operations).operations).map((step) => {
    try {
      return `${step.kind}: ${tell(step, ids, failing)}`;
    } catch (error) {
      return `${step.kind} ${step.operation.index}: ${(error as ScimError).status}`;
    }
  });
}

function tell(step: BulkStep, ids: Map<string, string>, failing: readonly string[]): string {
  if (step.kind === 'refused') throw step.operation.error;
  const { method, id, bulkId, data } = resolveReferences(step.operation, ids);
  if (method === 'POST' && bulkId !== undefined && !failing.includes(bulkId)) ids.set(bulkId, `id-of-${bulkId}`);
  return `${method} ${id ?? bulkId} ${JSON.stringify(data)}`;
}

describe('a bulk request as a whole', () => {
  it('H3 names its schema in whatever case', () => {
    const schemas = [BULK_REQUEST_SCHEMA.toUpperCase()];
    expect(bulk([post('a', {})], { schemas }).operations).toHaveLength(1);
  });

  it.each([
    ['B1', 'a list', [], 400],
    ['B1', 'no schemas', { Operations: [post('a', {})] }, 400],
    ['B1', 'another schema', { schemas: ['urn:x'], Operations: [post('a', {})] }, 400],
    ['B1', 'no operations', { schemas: [BULK_REQUEST_SCHEMA], Operations: [] }, 400],
    ['B2', 'one bulkId twice', { schemas: [BULK_REQUEST_SCHEMA], Operations: [post('a', {}), post('a', {})] }, 400],
    ['B3', 'failOnErrors 0', { schemas: [BULK_REQUEST_SCHEMA], Operations: [post('a', {})], failOnErrors: 0 }, 400],
    [
      'B3',
      'failOnErrors text',
      { schemas: [BULK_REQUEST_SCHEMA], Operations: [post('a', {})], failOnErrors: '1' },
      400,
    ],
    ['B5', 'too many', { schemas: [BULK_REQUEST_SCHEMA], Operations: Array.from({ length: 1001 }, () => 0) }, 413],
  ])('%s is refused: %s', (_, __, body, status) => {
    expect(() => readBulk(body, { maxOperations: 1000 })).toThrow(expect.objectContaining({ status }));
  });

  it('B5 names the limit', () => {
    expect(() => readBulk({ schemas: [BULK_REQUEST_SCHEMA], Operations: [0, 0] }, { maxOperations: 1 })).toThrow(
      'more than 1 operations (bulk.maxOperations',
    );
  });

  it('B3 says when to stop, or not', () => {
    expect(bulk([post('a', {})], { failOnErrors: 3 }).failOnErrors).toBe(3);
    expect(bulk([post('a', {})]).failOnErrors).toBeUndefined();
  });
});

describe('one operation', () => {
  it('B1 B4 is read', () => {
    const data = { active: false };
    expect(bulk([{ method: 'PUT', path: '/Groups/7', version: 'W/"3"', data }]).operations).toEqual([
      { index: 0, method: 'PUT', bulkId: undefined, version: 'W/"3"', type: 'Group', id: '7', data },
    ]);
  });

  it.each([
    ['B1', 5, 'invalidSyntax'],
    ['B1', { method: 'GET', path: '/Users/1' }, 'invalidSyntax'],
    ['B1', { method: 'PATCH', path: '/Users/1' }, 'invalidSyntax'],
    ['B1', { method: 'PUT', path: '/Users/1', data: 'x' }, 'invalidSyntax'],
    ['B2', { method: 'POST', path: '/Users', data: {} }, 'invalidSyntax'],
    ['B2', { method: 'POST', path: '/Users', data: {}, bulkId: 5 }, 'invalidSyntax'],
    ['B2', { method: 'POST', path: '/Users', data: {}, bulkId: 'a"b' }, 'invalidSyntax'],
    ['B4', { method: 'DELETE', path: '/Users/1', version: 3 }, 'invalidSyntax'],
    ['B6', { method: 'POST', path: 'Users', bulkId: 'a', data: {} }, 'invalidPath'],
    ['B6', { method: 'POST', path: '/v2/Users', bulkId: 'a', data: {} }, 'invalidPath'],
    ['B6', { method: 'POST', path: '/Users?x=1', bulkId: 'a', data: {} }, 'invalidPath'],
    ['B6', { method: 'POST', path: '/Users/1', bulkId: 'a', data: {} }, 'invalidPath'],
    ['B6', { method: 'POST', path: '/Bulk', bulkId: 'a', data: {} }, 'invalidPath'],
    ['B6', { method: 'DELETE', path: '/Users' }, 'invalidPath'],
    ['B6', { method: 'DELETE', path: '/Users/1/2' }, 'invalidPath'],
    ['B6', { method: 'DELETE' }, 'invalidPath'],
  ])('%s %j is refused by itself', (_, operation, scimType) => {
    const [read, next] = bulk([operation, post('b', {})]).operations;
    expect(read).toMatchObject({ index: 0, error: { status: 400, scimType } });
    expect(next).toMatchObject({ index: 1, method: 'POST' });
  });
});

describe('B2 references', () => {
  it('are resolved in values, in paths and in paths of a PATCH', () => {
    const Operations = [
      { op: 'remove', path: 'members[value eq "bulkId:a"]' },
      { op: 'add', path: 'members', value: 'bulkId:a' },
    ];
    expect(
      run([
        post('a', { userName: 'a' }),
        post('g', groupOf('bulkId:a', 'x'), '/Groups'),
        { method: 'PATCH', path: '/Groups/bulkId:g', data: { Operations } },
        { method: 'DELETE', path: '/Users/bulkId:a' },
      ]),
    ).toEqual([
      'operation: POST a {"userName":"a"}',
      'operation: POST g {"displayName":"G","members":[{"value":"id-of-a"},{"value":"x"}]}',
      'operation: PATCH id-of-g {"Operations":[{"op":"remove","path":"members[value eq \\"id-of-a\\"]"},{"op":"add","path":"members","value":"id-of-a"}]}',
      'operation: DELETE id-of-a undefined',
    ]);
  });

  it('forward: an operation waits, the others keep their order', () => {
    expect(
      run([
        post('g', groupOf('bulkId:a', 'bulkId:b'), '/Groups'),
        { method: 'DELETE', path: '/Users/9' },
        post('a', { userName: 'a' }),
        post('c', { userName: 'c' }),
        post('b', { userName: 'b' }),
        post('d', { userName: 'd' }),
      ]).map((step) => step.split(' ')[2]),
    ).toEqual(['9', 'a', 'c', 'b', 'g', 'd']);
  });

  it('circular: done without them, then completed', () => {
    const managed = (name: string, by: string) => ({
      userName: name,
      [ENTERPRISE]: { department: 'x', manager: { value: by } },
    });
    expect(run([post('a', managed('a', 'bulkId:b')), post('b', managed('b', 'bulkId:a'))])).toEqual([
      `operation: POST a {"userName":"a","${ENTERPRISE}":{"department":"x"}}`,
      `operation: POST b {"userName":"b","${ENTERPRISE}":{"department":"x","manager":{"value":"id-of-a"}}}`,
      `completion: PATCH id-of-a {"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"add","path":"${ENTERPRISE}:manager","value":{"value":"id-of-b"}}]}`,
    ]);
    expect(run([post('a', managed('a', 'bulkId:a'))]).map((step) => step.split(' ', 3).join(' '))).toEqual([
      'operation: POST a',
      'completion: PATCH id-of-a',
    ]);
  });

  it('circular: who only refers to one of a circle waits, and is whole', () => {
    const managed = (name: string, by: string) =>
      post(name, { userName: name, [ENTERPRISE]: { manager: { value: by } } });
    const patch = { method: 'PATCH', path: '/Users/bulkId:c', data: { Operations: [{ value: 'bulkId:b' }] } };
    const sent = [managed('c', 'bulkId:a'), patch, managed('b', 'bulkId:a'), managed('a', 'bulkId:b')];
    expect(run(sent).map((step) => step.split(' ', 3).join(' '))).toEqual([
      'operation: POST b',
      'operation: POST a',
      'operation: POST c',
      'completion: PATCH id-of-b',
      'operation: PATCH id-of-c',
    ]);
  });

  it('circular: of a list what can be said is said at once', () => {
    const related = (...values: readonly string[]) => ({ userName: 'u', roles: values.map((value) => ({ value })) });
    const [first, second, third] = run([post('a', related('x', 'bulkId:b')), post('b', related('bulkId:a'))]);
    expect(first).toBe('operation: POST a {"userName":"u","roles":[{"value":"x"}]}');
    expect(second).toBe('operation: POST b {"userName":"u","roles":[{"value":"id-of-a"}]}');
    expect(third).toContain('completion: PATCH id-of-a');
    expect(third).toContain('{"op":"add","path":"roles","value":[{"value":"id-of-b"}]}');
  });

  it('of a group to a group, or to itself: refused before anything is created', () => {
    const groups = [post('g', groupOf('bulkId:h'), '/Groups'), post('h', groupOf('bulkId:h'), '/Groups')];
    expect(run([post('a', { manager: 'bulkId:g' }), ...groups])).toEqual([
      'refused 1: 400',
      'operation 0: 409',
      'refused 2: 400',
    ]);
    const members = {
      method: 'PATCH',
      path: '/Groups/bulkId:g',
      data: { Operations: [{ path: 'members[value eq "bulkId:g"]' }] },
    };
    expect(run([post('g', groupOf('x'), '/Groups'), members])[1]).toBe('refused 1: 400');
  });

  it('to nothing, or to what failed: 409', () => {
    expect(run([post('g', groupOf('bulkId:nobody'), '/Groups')])).toEqual(['refused 0: 409']);
    expect(run([post('a', { userName: 'a' }), post('g', groupOf('bulkId:a'), '/Groups')], ['a'])).toEqual([
      'operation: POST a {"userName":"a"}',
      'operation 1: 409',
    ]);
    // only a POST makes something to refer to
    expect(
      run([
        { method: 'DELETE', path: '/Users/1', bulkId: 'a' },
        { method: 'DELETE', path: '/Users/bulkId:a' },
      ])[1],
    ).toBe('refused 1: 409');
  });

  it('in data that nests beyond reason: 400', () => {
    const deep = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`) as unknown;
    expect(run([post('a', { name: deep })])).toEqual(['refused 0: 400']);
  });

  it('a thousand operations in one chain, backwards, and in one circle', () => {
    const chain = (last: string) =>
      Array.from({ length: 1000 }, (_, at) => post(`u${at}`, { manager: at === 999 ? last : `bulkId:u${at + 1}` }));
    expect(run(chain('x')).map((step) => step.split(' ')[2])).toEqual(
      Array.from({ length: 1000 }, (_, at) => `u${999 - at}`),
    );
    expect(run(chain('bulkId:u0')).filter((step) => step.startsWith('completion'))).toHaveLength(1);
  });
});

it('B1 B4 the answer: in the order of the request, statuses as text, the error where there is one', () => {
  const error = new ScimError(412, undefined, 'changed meanwhile');
  expect(
    bulkResponse([
      {
        operation: { index: 1, method: 'PUT', bulkId: undefined },
        location: 'u/2',
        version: undefined,
        outcome: { error },
      },
      {
        operation: { index: 0, method: 'POST', bulkId: 'a' },
        location: 'u/1',
        version: 'W/"1"',
        outcome: { status: 201 },
      },
      {
        operation: { index: 2, method: undefined, bulkId: undefined },
        location: undefined,
        version: undefined,
        outcome: { error: incomplete(error) },
      },
    ]),
  ).toEqual({
    schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkResponse'],
    Operations: [
      { location: 'u/1', method: 'POST', bulkId: 'a', version: 'W/"1"', status: '201' },
      { location: 'u/2', method: 'PUT', status: '412', response: expect.objectContaining({ status: '412' }) },
      { status: '409', response: expect.objectContaining({ detail: expect.stringContaining('created, yet') }) },
    ],
  });
});
