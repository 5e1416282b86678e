import { setTimeout as delay } from 'node:timers/promises';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ChaosSystem } from './chaos-system.ts';

// `apply --atomic org` as it is shipped, with the admin API and PostgreSQL.

const NAMES = ['org-0', 'org-1', 'org-2', 'org-3', 'org-4'];
const EACH = ['apply', '--auto-approve', '--atomic', 'org'];

let system: ChaosSystem;
beforeEach(async () => {
  system = new ChaosSystem();
  await system.start();
  system.write(NAMES, 'v1');
  const { code, output } = await system.rolecall(['apply', '--auto-approve']).ended;
  if (code !== 0) throw new Error(output);
}, 180_000);
afterEach(() => system?.stop());

jest.setTimeout(180_000);

/** Which version each organization is at, in the order of their names. */
function versions(): Promise<readonly string[]> {
  return system.asOwner(async (owner) => {
    const { rows } = await owner.query<{ version: string }>(`
      select r.document -> 'spec' ->> 'displayName' as version
      from organizations o join revisions r on r.org_id = o.org_id and r.number = o.revision
      order by o.name`);
    return rows.map(({ version }) => version);
  });
}

/** Starts an apply that waits at the end of what it does to one organization, has something done meanwhile, and lets it go on. */
async function whileItWaitsAt(organization: string, work: () => Promise<unknown>) {
  return system.asOwner(async (owner) => {
    await owner.query('begin');
    const lock = `select from audit_heads where org_id = (select org_id from organizations where name = $1) for update`;
    await owner.query(lock, [organization]);
    const apply = system.rolecall(EACH);
    await waiting(1);
    await work();
    await owner.query('rollback');
    return apply.ended;
  });
}

/** Until so many of the server's transactions wait for a lock. */
async function waiting(count: number): Promise<void> {
  await system.asOwner(async (owner) => {
    const waits = `select from pg_stat_activity where wait_event_type = 'Lock' and application_name like 'rolecall%'`;
    for (const until = Date.now() + 60_000; (await owner.query(waits)).rowCount !== count; await delay(20)) {
      if (Date.now() > until) throw new Error(`there were never ${count} that wait`);
    }
  });
}

it('leaves the one that became another meanwhile, does the rest, and the next apply does the rest of that', async () => {
  system.write(NAMES, 'v2');
  const patch = join(system.files, '..', 'patch.json');
  writeFileSync(patch, '{ "spec": { "displayName": "incident" } }');
  let override: ReturnType<ChaosSystem['rolecall']> | undefined;
  const { code, output } = await whileItWaitsAt('org-1', async () => {
    override = system.rolecall(['override', 'org-3', patch, '--reason', 'incident 7', '--expires', '1h']);
    // behind org-1, and before org-2: an apply holds all organizations of its collection
    await waiting(2);
  });
  expect(await override?.ended).toMatchObject({ code: 0 });
  expect([code, output]).toEqual([7, expect.stringContaining('org-3')]);
  expect(output).toContain('stale_plan');
  expect(await versions()).toEqual(['v2', 'v2', 'v2', 'incident', 'v2']);

  const second = await system.rolecall(EACH).ended;
  expect(second).toMatchObject({ code: 0, output: expect.stringContaining('0 to add, 1 to change') });
  expect(await versions()).toEqual(['v2', 'v2', 'v2', 'incident', 'v2']);
  expect(await system.rolecall(['plan', '--detailed-exitcode']).ended).toMatchObject({ code: 0 });
});

it('says what is done when the server dies in between, and the next apply does what is left', async () => {
  system.write(NAMES, 'v2');
  const { code, output } = await whileItWaitsAt('org-2', () => system.stopServer('SIGKILL'));
  expect([code, output]).toEqual([7, expect.stringContaining('Not attempted: org-3, org-4.')]);
  await system.startServer();
  await system.quiet();
  expect(await versions()).toEqual(['v2', 'v2', 'v1', 'v1', 'v1']);

  await system.rolecall(['unlock', 'default']).ended;
  const second = await system.rolecall(EACH).ended;
  expect(second).toMatchObject({ code: 0, output: expect.stringContaining('0 to add, 3 to change') });
  expect(await versions()).toEqual(NAMES.map(() => 'v2'));
});
