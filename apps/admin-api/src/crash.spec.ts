import { API_RIGHTS } from '@rolecall/persistence';
import { startProcess } from './testing/app-process.ts';
import type { AppProcess } from './testing/app-process.ts';
import { AT_WORK, BLOCKED, holdName, untilBackends } from './testing/blocked-apply.ts';
import { asOwner, everyRow } from './testing/rows.ts';
import { newToken, organization, requestOf, startTestApi } from './testing/test-api.ts';
import type { TestApi, TestClient } from './testing/test-api.ts';

const NAMES = Array.from({ length: 200 }, (_, index) => `org-${String(index).padStart(3, '0')}`);
const REQUEST = requestOf(NAMES.map((name) => organization(name)));

let api: TestApi;
let processes: AppProcess[];
beforeEach(async () => {
  api = await startTestApi();
  processes = [];
});
afterEach(async () => {
  for (const started of processes) started.kill('SIGKILL');
  await Promise.all(processes.map(({ ended }) => ended));
  await api?.close();
});

/** The built app, on the database of the test. */
async function start(environment: Record<string, string> = {}): Promise<AppProcess> {
  const started = await startProcess({
    DATABASE_URL: api.database.url,
    ROLECALL_MASTER_KEY: api.database.masterKey.toString('base64'),
    PORT: '0',
    ...environment,
  });
  processes.push(started);
  return started;
}

async function clientOf(app: AppProcess): Promise<TestClient> {
  return app.client.with(await newToken(api.database, API_RIGHTS));
}

it('a server that is killed in the middle of an apply leaves nothing, and the next one does it all', async () => {
  const app = await start();
  const client = await clientOf(app);
  const { fingerprint } = (await client.plan(REQUEST)).json;
  const before = await everyRow(api.database.ownerUrl);

  const held = await holdName(api.database.ownerUrl, 'org-150');
  const unanswered = client.apply(REQUEST, fingerprint).then(
    () => 'answered',
    () => 'cut off',
  );
  await untilBackends(api.database.ownerUrl, BLOCKED, 1);
  app.kill('SIGKILL');
  expect(await app.ended).toBe('SIGKILL');
  expect(await unanswered).toBe('cut off');
  await held.release();
  await untilBackends(api.database.ownerUrl, AT_WORK, 0);
  expect(await everyRow(api.database.ownerUrl)).toEqual(before);

  const second = await start();
  const applied = await second.client.with(await newToken(api.database, API_RIGHTS)).apply(REQUEST, fingerprint);
  expect(applied.json.applied).toHaveLength(200);
});

it('a database that goes away in the middle of an apply is a 503, leaves nothing, and is used again when it is back (security.md 52)', async () => {
  const { fingerprint } = (await api.client.plan(REQUEST)).json;
  const before = await everyRow(api.database.ownerUrl);
  const held = await holdName(api.database.ownerUrl, 'org-150');
  const answer = api.client.apply(REQUEST, fingerprint);
  const [pid] = await untilBackends(api.database.ownerUrl, BLOCKED, 1);
  await asOwner(api.database.ownerUrl, (owner) => owner.query('select pg_terminate_backend($1)', [pid]));
  const { status, json, headers } = await answer;
  await held.release();
  expect([status, json.error.code, headers.get('retry-after')]).toEqual([503, 'database_unavailable', '5']);
  expect(await everyRow(api.database.ownerUrl)).toEqual(before);
  expect((await api.client.apply(REQUEST, fingerprint)).json.applied).toHaveLength(200);
});

it('SIGTERM: takes no new requests, finishes the apply that is under way, and ends with 0', async () => {
  const app = await start();
  const client = await clientOf(app);
  const { fingerprint } = (await client.plan(REQUEST)).json;
  const held = await holdName(api.database.ownerUrl, 'org-150');
  const answer = client.apply(REQUEST, fingerprint);
  await untilBackends(api.database.ownerUrl, BLOCKED, 1);
  app.kill('SIGTERM');
  while (
    await app.client.call('GET', '/healthz').then(
      () => true,
      () => false,
    )
  );
  await held.release();
  expect((await answer).json.applied).toHaveLength(200);
  expect(await app.ended).toBe(0);
  expect(app.output()).toContain('"msg":"stopped"');
});

it('ends when the process that started it goes away', async () => {
  const app = await start();
  app.disconnect();
  expect(await app.ended).toBe(0);
});

it('goes on and ends when nobody reads its log any more', async () => {
  const app = await start();
  app.closeLog();
  expect((await app.client.call('GET', '/healthz')).status).toBe(200);
  app.kill('SIGTERM');
  expect(await app.ended).toBe(0);
});

describe('a start that can not succeed ends with 1 and says what to do', () => {
  it('the port is taken', async () => {
    const port = new URL(api.client.url).port;
    const app = await start({ PORT: port });
    expect(await app.ended).toBe(1);
    expect(app.output()).toContain(`port ${port} is taken; stop what listens there, or set PORT to another one`);
  });

  it('the environment is wrong: all of it at once, no secret', async () => {
    const app = await start({ DATABASE_URL: 'hunter2', ROLECALL_MASTER_KEY: 'hunter2', ROLECALL_ADMIN_URL: 'nowhere' });
    expect(await app.ended).toBe(1);
    expect(app.output()).toMatch(
      /3 variables.*ROLECALL_ADMIN_URL is "nowhere".*DATABASE_URL has.*ROLECALL_MASTER_KEY has/s,
    );
    expect(app.output()).not.toContain('hunter2');
  });

  it('the database role could bypass row-level security', async () => {
    const app = await start({ DATABASE_URL: api.database.ownerUrl });
    expect(await app.ended).toBe(1);
    expect(app.output()).toContain('row-level security does not bind it');
  });

  it('the database is away', async () => {
    const app = await start({ DATABASE_URL: 'postgresql://rolecall_runtime:hunter2@127.0.0.1:9/none' });
    expect(await app.ended).toBe(1);
    expect(app.output()).toContain('PostgreSQL cannot be reached');
    expect(app.output()).not.toContain('hunter2');
  });
});
