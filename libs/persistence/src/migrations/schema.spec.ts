import pg from 'pg';
import { createOrm } from '../orm.ts';
import { committedFile } from '../testing/committed-file.ts';
import { schemaSnapshot } from '../testing/schema-snapshot.ts';
import { testDatabase } from '../testing/test-database.ts';
import type { TestDatabase } from '../testing/test-database.ts';
import { MIGRATIONS } from './index.ts';
import { migrate } from './migrate.ts';

let test: TestDatabase;
let owner: pg.Client;

beforeAll(async () => {
  test = await testDatabase();
  owner = new pg.Client({ connectionString: test.ownerUrl });
  await owner.connect();
});

afterAll(async () => {
  await owner.end();
  await test.drop();
});

it('migrates to the committed schema.sql', async () => {
  const actual = await schemaSnapshot(owner);
  expect(actual).toBe(committedFile('schema.sql', actual));
});

it('has entities that say what the migrations made', async () => {
  const orm = createOrm({ url: test.ownerUrl, applicationName: 'schema-spec', poolSize: 1 });
  const difference = await orm.schema.getUpdateSchemaSQL({ wrap: false });
  await orm.close();
  const notInEntities = /^(?:alter table "\w+" drop constraint "\w+_fkey"|drop (?:function|trigger) if exists .*);$/;
  const statements = difference.split('\n').filter((line) => line !== '');
  expect(statements.filter((line) => !notInEntities.test(line))).toEqual([]);
  expect(statements.length).toBeGreaterThan(0);
});

it('does nothing when everything is done, also twice at the same moment', async () => {
  await owner.query(`delete from mikro_orm_migrations`);
  await owner.query(`drop owned by rolecall_runtime`);
  await owner.query('drop schema public cascade; create schema public');
  const options = { ownerUrl: test.ownerUrl, runtimePassword: 'runtime-of-tests' };
  const runs = await Promise.all([migrate(options), migrate(options)]);
  expect(runs.map((run) => run.applied.length).toSorted((a, b) => a - b)).toEqual([0, MIGRATIONS.length]);
  expect(await migrate(options)).toEqual({ applied: [] });
});

it('has steps in order, with unique names and no placeholder that the ORM would fill', () => {
  const names = MIGRATIONS.map((step) => step.name);
  expect(names).toEqual([...new Set(names)].sort());
  expect(MIGRATIONS.filter((step) => step.sql.includes('?'))).toEqual([]);
});

it('notes which identity providers of stored organizations are disabled, also for an owner whom the policies bind', async () => {
  const role = `plain_${process.pid}`;
  const upgraded = `upgraded_${process.pid}`;
  await owner.query(`create role ${role} login password 'plain'`);
  await owner.query(`create database ${upgraded} owner ${role}`);
  const url = new URL(test.ownerUrl);
  Object.assign(url, { pathname: `/${upgraded}`, username: role, password: 'plain' });
  const plain = new pg.Client({ connectionString: url.href });
  await plain.connect();
  try {
    await plain.query('create table mikro_orm_migrations ()');
    const last = MIGRATIONS.findIndex(({ name }) => name.endsWith('enabled-identity-providers'));
    await plain.query(
      MIGRATIONS.slice(0, last)
        .map(({ sql }) => sql)
        .join(''),
    );
    await plain.query(`begin; select set_config('rolecall.organization_id', '00000000-0000-0000-0000-000000000001', true);
      with o as (insert into organizations select current_setting('rolecall.organization_id')::uuid, 'acme', 1, now() returning org_id),
      r as (insert into revisions select org_id, 1, '{"spec": {"identityProviders": {"off": {"enabled": false}, "on": {}}}}', '', '{}', now() from o)
      insert into identity_provider_metadata select org_id, name, '' from o, unnest(array['off', 'on']) name; commit`);
    await plain.query(MIGRATIONS[last]!.sql);
    expect((await plain.query('select * from identity_provider_metadata')).rows).toEqual([]);
    await plain.query(`set rolecall.organization_id = '00000000-0000-0000-0000-000000000001'`);
    const { rows } = await plain.query('select identity_provider, enabled from identity_provider_metadata order by 1');
    expect(rows).toEqual([
      { identity_provider: 'off', enabled: false },
      { identity_provider: 'on', enabled: true },
    ]);
  } finally {
    await plain.end();
    await owner.query(`drop database ${upgraded}`);
    await owner.query(`drop role ${role}`);
  }
});
