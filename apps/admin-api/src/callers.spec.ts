import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { API_RIGHTS } from '@rolecall/persistence';
import { OPERATIONS } from './api/operations.ts';
import type { Operation } from './api/operations.ts';
import { signedIn } from './testing/signed-in.ts';
import { administeredBy, organization, requestOf, startTestApi } from './testing/test-api.ts';
import type { ErrorBody, TestApi } from './testing/test-api.ts';

/*
 * Every operation asked by every kind of caller. What is expected is data: cases/callers.txt, a line per operation and a column per
 * caller. `in` = the operation was reached, whatever it said of the request; 401 = nobody; 403 = not this right, or not the whole
 * deployment; 404 = an organization that is as unknown as one that does not exist. UPDATE_CASES=1 writes it: read what changed.
 */

const EXPECTED = join(import.meta.dirname, '../cases/callers.txt');
const RECOVERY_ADMIN = 'it@acme.example';
const CONSOLE = 'http://localhost:3000';

let api: TestApi;
let callers: Readonly<Record<string, Readonly<Record<string, string>>>>;
beforeAll(async () => {
  api = await startTestApi({ ROLECALL_CONSOLE_ORIGINS: CONSOLE });
  const roles = { 'platform-admin': {}, 'platform-auditor': {} };
  await api.client.apply(
    requestOf([
      organization('acme', { roles, login: { recoveryAdmins: [RECOVERY_ADMIN] } }),
      organization('globex'),
      organization('host', { roles }),
    ]),
  );
  await administeredBy(api, 'host', { auditorRole: 'platform-auditor' });
  const as = async (name: string, ...held: readonly string[]) => {
    const { cookie } = await signedIn(api, name, held);
    return { cookie: `rolecall_session=${cookie}`, 'sec-fetch-site': 'same-site', origin: CONSOLE };
  };
  const bearer = async (...options: Parameters<TestApi['token']>) => ({
    authorization: `Bearer ${await api.token(...options)}`,
  });
  callers = {
    nobody: {},
    token: await bearer(API_RIGHTS),
    'token of globex': await bearer(API_RIGHTS, undefined, ['globex']),
    member: await as('acme', 'member'),
    auditor: await as('acme', 'auditor'),
    'SSO admin': await as('acme', 'sso_admin'),
    'SSO admin of globex': await as('globex', 'sso_admin'),
    'admin by name': await as('acme', 'platform-admin', 'platform-auditor'),
    'SSO admin of host': await as('host', 'sso_admin'),
    'platform auditor': await as('host', 'platform-auditor'),
    'platform admin': await as('host', 'platform-admin'),
    'recovery session': { authorization: `Bearer ${await recoveryToken()}` },
  };
});
afterAll(() => api?.close());

async function recoveryToken(): Promise<string> {
  const { database } = api.database;
  const { organizationId = '' } = (await database.registry.record('acme')) ?? {};
  return (
    await database.inOrganization(organizationId, (tx) =>
      tx.recovery.open({ addressKey: RECOVERY_ADMIN, adminId: 'r1-1' }, new Date()),
    )
  ).token;
}

const VALUES: Readonly<Record<string, string>> = {
  organization: 'acme',
  collection: 'default',
  number: '1',
  domain: 'acme.example',
  identityProvider: 'okta',
};
const UUID = '00000000-0000-4000-8000-000000000000';

async function outcome({ method, path, right }: Operation, headers: Readonly<Record<string, string>>): Promise<string> {
  if (right === undefined) return 'open';
  const asked = path.replaceAll(/:(\w+)/g, (_, name: string) => VALUES[name] ?? UUID);
  const body = method === 'get' || method === 'delete' ? undefined : '{}';
  const type: Readonly<Record<string, string>> = body === undefined ? {} : { 'content-type': 'application/json' };
  const client = api.client.with(undefined);
  const { status, json } = await client.call<Partial<ErrorBody>>(method.toUpperCase(), asked, body, {
    ...headers,
    ...type,
  });
  const refused = status === 401 || status === 403 || json.error?.code === 'unknown_organization';
  return refused ? String(status) : 'in';
}

it('lets in whom it should, and nobody else (security.md 19)', async () => {
  const line = (id: string, cells: readonly string[]) => `${[id.padEnd(28), ...cells].join(' ')}`.trimEnd();
  const names = Object.keys(callers);
  const lines = names.map((name, index) => `${index + 1} = ${name}`);
  lines.push(
    line(
      '',
      names.map((_, index) => String(index + 1).padEnd(4)),
    ),
  );
  for (const operation of Object.values<Operation>(OPERATIONS)) {
    const cells: string[] = [];
    for (const headers of Object.values(callers)) cells.push((await outcome(operation, headers)).padEnd(4));
    lines.push(line(operation.id, cells));
  }
  const table = `${lines.join('\n')}\n`;
  if (process.env['UPDATE_CASES'] === '1') writeFileSync(EXPECTED, table);
  expect(table).toBe(existsSync(EXPECTED) ? readFileSync(EXPECTED, 'utf8') : '');
});

it('lets an SSO admin of the organization that administers the deployment read there, and make nothing', async () => {
  const host = async (method: string, path: string) => {
    const { status, json } = await api.client
      .with(undefined)
      .call<Partial<ErrorBody>>(method, `/v1/organizations/host${path}`, undefined, callers['SSO admin of host']);
    return [status, json.error?.code];
  };
  expect(await host('GET', '/users')).toEqual([200, undefined]);
  expect(await host('POST', '/identity-providers/okta/tests')).toEqual([403, 'missing_right']);
});
