import { organization, requestOf, startTestApi } from './testing/test-api.ts';
import type { ErrorBody, TestApi } from './testing/test-api.ts';
import { everyRow } from './testing/rows.ts';

let api: TestApi;
let before: Awaited<ReturnType<typeof everyRow>>;
beforeAll(async () => {
  api = await startTestApi();
  before = await everyRow(api.database.ownerUrl);
});
afterAll(() => api?.close());

it.each([
  ['an unknown field', { ...requestOf([]), admin: true }, '', 'additionalProperties'],
  ['an unknown field inside', requestOf([], { origin: { actor: 'somebody else' } }), '/origin', 'additionalProperties'],
  ['a missing field', { collection: 'default' }, '', 'required'],
  ['a wrong type', requestOf([], { prune: 'yes' }), '/prune', 'type'],
  ['a collection that is no slug', requestOf([], { collection: '../x' }), '/collection', 'pattern'],
  [
    'a digest that is none',
    requestOf([], { files: [{ path: 'a', digest: 'x', organizations: [] }] }),
    '/files/0/digest',
    'pattern',
  ],
  [
    'a document that is no object',
    requestOf([], { organizations: [{ document: 'acme' }] }),
    '/organizations/0/document',
    'type',
  ],
  ['a list', [], '', 'type'],
])('%s is refused', async (_what, request, pointer, code) => {
  const { status, json } = await api.client.plan(request);
  expect([status, json.error.code]).toEqual([400, 'invalid_request']);
  expect(json.error.diagnostics).toEqual([expect.objectContaining({ severity: 'error', code, pointer })]);
});

it('an apply without the fingerprint of a plan is refused', async () => {
  const { status, json } = await api.client.call<ErrorBody>('POST', '/v1/applies', requestOf([organization('acme')]));
  expect([status, json.error.code]).toEqual([400, 'invalid_request']);
  expect(json.error.diagnostics?.[0]).toMatchObject({
    code: 'required',
    message: expect.stringContaining('fingerprint'),
  });
});

it.each([
  ['malformed_json', '{'],
  ['forbidden_key', '{"__proto__":{"collection":"default"}}'],
  ['forbidden_character', JSON.stringify(requestOf([organization('acme', { displayName: 'a\u0000b' })]))],
  [
    'forbidden_character',
    JSON.stringify(requestOf([], { files: [{ path: 'a\0.yaml', digest: '0'.repeat(64), organizations: [] }] })),
  ],
  ['json_too_deep', `{"a":${'['.repeat(40)}${']'.repeat(40)}}`],
])('%s', async (code, body) => {
  const { status, json } = await api.client.call<ErrorBody>('POST', '/v1/plans', body);
  expect([status, json.error.code]).toEqual([400, code]);
});

it('a path with a NUL is refused as such, and does not look like a database that is away', async () => {
  const files = [{ path: 'orgs/a\0.yaml', digest: '0'.repeat(64) }];
  const { status, json } = await api.client.call<ErrorBody>('POST', '/v1/collections/default/compare', { files });
  expect([status, json.error.code]).toEqual([400, 'forbidden_character']);
});

it('every mistake of every document is reported at once, each with its pointer', async () => {
  const { status, json } = await api.client.plan(
    requestOf([
      organization('acme', { dispalyName: 'Acme', jit: { defaults: { grants: { 'account/main': ['nobody'] } } } }),
      organization('globex', { identityProviders: { okta: { type: 'saml' } } }),
      organization('initech', { authorization: { allowIdpInitiated: true } }),
    ]),
  );
  expect([status, json.error.code]).toEqual([422, 'configuration_invalid']);
  const found = json.error.diagnostics?.map(
    ({ organization: name, code, pointer }) => `${String(name)} ${String(code)} ${String(pointer)}`,
  );
  expect(found).toEqual(
    expect.arrayContaining([
      'acme unknown_key /spec/dispalyName',
      expect.stringMatching(/^acme unknown_role \/spec\/jit\/defaults\/grants/),
      expect.stringMatching(/^globex \w+ \/spec\/identityProviders\/okta/),
      expect.stringMatching(/^initech unknown_key \/spec\/authorization/),
    ]),
  );
});

it('the tests of a document are run here as well', async () => {
  const failing = {
    authorization: {
      rules: [{ name: 'all', when: { attribute: 'email', present: true }, grants: { 'account/main': ['member'] } }],
    },
    tests: [
      { name: 'a stranger is refused', facts: { email: 'mo@acme.example' }, expect: { refused: 'no_rule_matched' } },
    ],
  };
  const { status, json } = await api.client.plan(requestOf([organization('acme', failing)]));
  expect([status, json.error.code]).toEqual([422, 'configuration_invalid']);
  expect(json.error.diagnostics).toEqual([
    expect.objectContaining({ code: 'test_failed', organization: 'acme', pointer: '/spec/tests/0' }),
  ]);
});

it('metadata that stands in the document is parsed', async () => {
  const okta = { type: 'saml', metadata: { xml: '<!DOCTYPE a><a/>' } };
  const { status, json } = await api.client.plan(requestOf([organization('acme', { identityProviders: { okta } })]));
  expect(status).toBe(422);
  expect(json.error.diagnostics).toEqual([
    expect.objectContaining({ code: 'xml_doctype', pointer: '/spec/identityProviders/okta/metadata/xml' }),
  ]);
});

it('an empty input is refused', async () => {
  const { status, json } = await api.client.plan(requestOf([]));
  expect([status, json.error.code]).toEqual([422, 'empty_input']);
});

it('a body that is larger than its route allows is refused, and a large collection is not', async () => {
  const pad = (bytes: number) => ({ ...requestOf([]), pad: 'x'.repeat(bytes) });
  expect((await api.client.plan(pad(33_000_000))).status).toBe(413);
  expect((await api.client.plan(pad(5_000_000))).json.error.code).toBe('invalid_request');
});

it.each([
  ['/v1/organizations?limit=0', 400, 'invalid_request'],
  ['/v1/organizations?limit=1001', 400, 'invalid_request'],
  ['/v1/organizations?limit=ten', 400, 'invalid_request'],
  ['/v1/organizations?cursor=a%00b', 400, 'invalid_request'],
  ['/v1/organizations?documents=yes', 400, 'invalid_request'],
  ['/v1/organizations?cursor=a&cursor=b', 400, 'invalid_request'],
  ['/v1/organizations?name=a', 400, 'invalid_request'],
  ['/v1/organizations/none', 404, 'unknown_organization'],
  ['/v1/organizations/..%2f..%2fetc', 404, 'unknown_organization'],
  ['/v1/organizations/a%00b', 404, 'unknown_organization'],
  ['/v1/organizations/%ff', 400, 'malformed_request'],
  ['/v1/collections/A_B', 400, 'invalid_request'],
  ['/v1/nothing', 404, 'not_found'],
])('GET %s', async (path, status, code) => {
  const answer = await api.client.call<ErrorBody>('GET', path);
  expect([answer.status, answer.json.error.code]).toEqual([status, code]);
});

it('and nothing of all this was written', async () => {
  expect(await everyRow(api.database.ownerUrl)).toEqual(before);
});
