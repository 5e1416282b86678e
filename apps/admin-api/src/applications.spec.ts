import { everyRow } from './testing/rows.ts';
import { WithSecrets } from './testing/secrets.ts';
import { organization, startTestApi } from './testing/test-api.ts';
import type { TestApi } from './testing/test-api.ts';

const POINTER = '/spec/applications/office/clientSecret';
const PLANTED = 'PLANTED-SECRET-OF-AN-APPLICATION-0001';

let api: TestApi;
let cli: WithSecrets;

beforeEach(async () => {
  api = await startTestApi();
  cli = new WithSecrets(api);
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

async function stored() {
  const { json } = await api.client.call<{ organizationId: string }>('GET', '/v1/organizations/acme');
  const snapshot = await api.database.database.organizations.byIdAnew(json.organizationId);
  return Object.fromEntries(snapshot?.applicationSecrets ?? []);
}

it('keeps the secret of an application sealed: no answer, log line or row has it', async () => {
  expect((await cli.apply(acme(), { [POINTER]: PLANTED })).status).toBe(200);
  expect(await stored()).toEqual({ office: PLANTED });
  expect((await cli.plan(acme(), { [POINTER]: PLANTED })).json.summary.unchanged).toBe(1);
  expect((await cli.plan(acme(), {})).json.summary.unchanged).toBe(1);
  const renamed = acme({ 'back-office': office({ previously: ['office'] }) });
  expect((await cli.apply(renamed, {})).status).toBe(200);
  expect(await stored()).toEqual({ 'back-office': PLANTED });
  cli.answers.push((await api.client.call('GET', '/v1/organizations/acme')).text);
  cli.answers.push(
    (await api.client.plan(await cli.request(acme({ office: office({ clientSecret: PLANTED }) }), {}, 'plan'))).text,
  );
  const rows = Object.values(await everyRow(api.database.ownerUrl)).flat();
  for (const text of [...cli.answers, ...api.log, ...rows]) {
    expect(text).not.toContain(PLANTED);
    expect(text).not.toContain(Buffer.from(PLANTED).toString('hex'));
    expect(text).not.toContain(Buffer.from(PLANTED).toString('base64').slice(0, 24));
  }
  expect((await cli.apply(acme({}), {})).status).toBe(200);
  expect((await everyRow(api.database.ownerUrl))['sealed_secrets']).toEqual([]);
});

it.each([
  ['short', 'correct-horse'],
  ['not visible', `${'x'.repeat(32)} y`],
  ['not of ASCII', 'ü'.repeat(40)],
])('refuses a secret that is %s: whoever guesses it is the application', async (_, weak) => {
  const { status, json, text } = await cli.apply(acme(), { [POINTER]: weak });
  expect([status, json.error.diagnostics]).toEqual([
    422,
    [expect.objectContaining({ code: 'client_secret_weak', pointer: POINTER, organization: 'acme' })],
  ]);
  expect(text).not.toContain(weak);
});

it('refuses a request with a secret for an address, and one for more than a document can have', async () => {
  const wrong = await api.client.plan(
    await cli.request(acme(), { '/spec/applications/office/redirectUris': 'x' }, 'plan'),
  );
  expect([wrong.status, wrong.json.error.code]).toEqual([400, 'invalid_request']);
});
