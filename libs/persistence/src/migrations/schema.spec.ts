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
