import { secretFingerprint } from '@rolecall/reconcile';
import { everyRow } from './testing/rows.ts';
import { organization, requestOf, startTestApi } from './testing/test-api.ts';
import type { TestApi } from './testing/test-api.ts';

const POINTER = '/spec/applications/office/clientSecret';
const PLANTED = 'PLANTED-SECRET-OF-AN-APPLICATION-0001';

let api: TestApi;
/** Everything that anybody was answered. */
let answers: string[];

beforeEach(async () => {
  answers = [];
  api = await startTestApi();
});
afterEach(() => api?.close());

const office = (more: object = {}) => ({
  type: 'oidc',
  redirectUris: ['https://office.example.com/callback'],
  clientAuthentication: 'client_secret_basic',
  clientSecret: { fromEnv: 'OFFICE_SECRET' },
  ...more,
});
const acme = (applications: object = { office: office() }) => organization('acme', { applications });

async function requestWith(document: object, values: Readonly<Record<string, string>>, end: 'plan' | 'apply') {
  const { json } = await api.client.call<{ fingerprintKey: string }>('GET', '/v1/collections/default');
  const key = Buffer.from(json.fingerprintKey, 'base64');
  const entries = Object.entries(values).map(([pointer, value]) => {
    const at = { collection: 'default', organization: 'acme', pointer };
    return [pointer, end === 'plan' ? { fingerprint: secretFingerprint(key, at, value) } : { value }];
  });
  const request = requestOf([document]) as { organizations: object[] };
  const secrets: unknown = Object.fromEntries(entries);
  return { ...request, organizations: [{ ...request.organizations[0], secrets }] };
}
async function plan(document: object, values: Readonly<Record<string, string>>) {
  const answer = await api.client.plan(await requestWith(document, values, 'plan'));
  answers.push(answer.text);
  return answer;
}
async function apply(document: object, values: Readonly<Record<string, string>>) {
  const { fingerprint } = (await plan(document, values)).json;
  const answer = await api.client.apply(await requestWith(document, values, 'apply'), fingerprint);
  answers.push(answer.text);
  return answer;
}
async function stored() {
  const { json } = await api.client.call<{ organizationId: string }>('GET', '/v1/organizations/acme');
  const snapshot = await api.database.database.organizations.byIdAnew(json.organizationId);
  return Object.fromEntries(snapshot?.applicationSecrets ?? []);
}

it('keeps the secret of an application sealed: no answer, log line or row has it', async () => {
  expect((await apply(acme(), { [POINTER]: PLANTED })).status).toBe(200);
  expect(await stored()).toEqual({ office: PLANTED });
  expect((await plan(acme(), { [POINTER]: PLANTED })).json.summary.unchanged).toBe(1);
  expect((await plan(acme(), {})).json.summary.unchanged).toBe(1);
  const renamed = acme({ 'back-office': office({ previously: ['office'] }) });
  expect((await apply(renamed, {})).status).toBe(200);
  expect(await stored()).toEqual({ 'back-office': PLANTED });
  answers.push((await api.client.call('GET', '/v1/organizations/acme')).text);
  answers.push(
    (await api.client.plan(await requestWith(acme({ office: office({ clientSecret: PLANTED }) }), {}, 'plan'))).text,
  );
  const rows = Object.values(await everyRow(api.database.ownerUrl)).flat();
  for (const text of [...answers, ...api.log, ...rows]) {
    expect(text).not.toContain(PLANTED);
    expect(text).not.toContain(Buffer.from(PLANTED).toString('hex'));
    expect(text).not.toContain(Buffer.from(PLANTED).toString('base64').slice(0, 24));
  }
  expect((await apply(acme({}), {})).status).toBe(200);
  expect((await everyRow(api.database.ownerUrl))['sealed_secrets']).toEqual([]);
});

it.each([
  ['short', 'correct-horse'],
  ['not visible', `${'x'.repeat(32)} y`],
  ['not of ASCII', 'ü'.repeat(40)],
])('refuses a secret that is %s: whoever guesses it is the application', async (_, weak) => {
  const { status, json, text } = await apply(acme(), { [POINTER]: weak });
  expect([status, json.error.diagnostics]).toEqual([
    422,
    [expect.objectContaining({ code: 'client_secret_weak', pointer: POINTER, organization: 'acme' })],
  ]);
  expect(text).not.toContain(weak);
});

it('refuses a request with a secret for an address, and one for more than a document can have', async () => {
  const wrong = await api.client.plan(
    await requestWith(acme(), { '/spec/applications/office/redirectUris': 'x' }, 'plan'),
  );
  expect([wrong.status, wrong.json.error.code]).toEqual([400, 'invalid_request']);
});
