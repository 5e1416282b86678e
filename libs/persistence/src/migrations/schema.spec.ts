import pg from 'pg';
import { createMigrationOrm } from './migration-orm.ts';
import { metadataSourceOf } from '../metadata/metadata-source.ts';
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
  const orm = createMigrationOrm({ url: test.ownerUrl, applicationName: 'schema-spec', poolSize: 1 });
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

it('is upgraded by an owner that is no superuser: the runtime role is there already', async () => {
  const [role, name] = [`upgrader_${process.pid}`, `restored_${process.pid}`];
  await owner.query(`create role ${role} login createrole password 'plain'`);
  await owner.query(`grant rolecall_runtime to ${role} with admin option, inherit false, set false`);
  await owner.query(`create database ${name} owner ${role}`);
  try {
    const url = new URL(test.ownerUrl);
    Object.assign(url, { pathname: `/${name}`, username: role, password: 'plain' });
    const options = { ownerUrl: url.href, runtimePassword: 'runtime-of-tests' };
    expect((await migrate(options)).applied).toHaveLength(MIGRATIONS.length);
    expect(await migrate(options)).toEqual({ applied: [] });
  } finally {
    await owner.query(`drop database ${name} with (force)`);
    await owner.query(`drop role ${role}`);
  }
});

/** A database with all steps before one, whose owner the policies bind, and one organization in it. */
async function beforeStep(
  step: string,
  document: object,
  work: (plain: pg.Client, doIt: () => Promise<unknown>) => Promise<void>,
): Promise<void> {
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
    const last = MIGRATIONS.findIndex(({ name }) => name.endsWith(step));
    const before = MIGRATIONS.slice(0, last).map(({ sql }) => sql);
    await plain.query(before.join(''));
    await plain.query(`begin; select set_config('rolecall.organization_id', '${ORGANIZATION}', true);
      insert into organization_registry values ('acme', '${ORGANIZATION}', null, 1, '', 'retain');
      with o as (insert into organizations select current_setting('rolecall.organization_id')::uuid, 'acme', 1, now() returning org_id)
      insert into revisions select org_id, 1, '${JSON.stringify(document)}', '', '{}', now() from o; commit`);
    await work(plain, () => plain.query(MIGRATIONS[last]!.sql));
  } finally {
    await plain.end();
    await owner.query(`drop database ${upgraded}`);
    await owner.query(`drop role ${role}`);
  }
}

const ORGANIZATION = '00000000-0000-0000-0000-000000000001';
const asOrganization = `set rolecall.organization_id = '${ORGANIZATION}'`;

it('notes which identity providers of stored organizations are disabled, also for an owner whom the policies bind', async () => {
  const document = { spec: { identityProviders: { off: { enabled: false }, on: {} } } };
  await beforeStep('enabled-identity-providers', document, async (plain, doIt) => {
    await plain.query(`${asOrganization};
      insert into identity_provider_metadata select '${ORGANIZATION}', name, '' from unnest(array['off', 'on']) name;
      reset rolecall.organization_id`);
    await doIt();
    expect((await plain.query('select * from identity_provider_metadata')).rows).toEqual([]);
    await plain.query(asOrganization);
    const { rows } = await plain.query('select identity_provider, enabled from identity_provider_metadata order by 1');
    expect(rows).toEqual([
      { identity_provider: 'off', enabled: false },
      { identity_provider: 'on', enabled: true },
    ]);
  });
});

it('schedules the metadata of stored organizations: what comes from a URL, spread over six hours', async () => {
  const byUrl = { type: 'saml', metadata: { url: 'https://idp.example.com/m' } };
  const document = { spec: { identityProviders: { byUrl, inline: { metadata: { xml: '' } }, google: {} } } };
  await beforeStep('metadata-refresh', document, async (plain, doIt) => {
    await plain.query(`${asOrganization};
      insert into identity_provider_metadata (org_id, identity_provider, metadata_xml)
      select '${ORGANIZATION}', name, nullif(name, 'google') from unnest(array['byUrl', 'inline', 'google']) name;
      reset rolecall.organization_id`);
    await doIt();
    const scheduled = `select identity_provider, refresh_seconds, due_at < now() + interval '6 hours' as soon
      from metadata_refreshes order by 1`;
    expect((await plain.query(scheduled)).rows).toEqual([
      { identity_provider: 'byUrl', refresh_seconds: 21_600, soon: true },
      { identity_provider: 'inline', refresh_seconds: null, soon: null },
    ]);
    await plain.query(asOrganization);
    const sources = 'select metadata_source from identity_provider_metadata where metadata_source is not null';
    expect((await plain.query(sources)).rows).toEqual([{ metadata_source: metadataSourceOf(byUrl.metadata) }]);
  });
});

it('keeps the signing key that a connection had as its first generation, under the name that is sealed in', async () => {
  await beforeStep('service-provider-keys', {}, async (plain, doIt) => {
    await plain.query(`${asOrganization};
      insert into identity_provider_metadata (org_id, identity_provider, metadata_xml, signing_certificate)
      values ('${ORGANIZATION}', 'okta', '', 'CERTIFICATE'), ('${ORGANIZATION}', 'entra', '', null);
      reset rolecall.organization_id`);
    await doIt();
    expect((await plain.query('select * from service_provider_keys')).rows).toEqual([]);
    await plain.query(asOrganization);
    const { rows } = await plain.query(
      'select identity_provider, use, generation, certificate, secret_name, overlap_seconds from service_provider_keys',
    );
    expect(rows).toEqual([
      {
        identity_provider: 'okta',
        use: 'signing',
        generation: 1,
        certificate: 'CERTIFICATE',
        secret_name: 'saml_signing_key/okta',
        overlap_seconds: 604_800,
      },
    ]);
  });
});

it('routes the issuers of stored organizations', async () => {
  const oidc = (issuer: string) => ({ type: 'oidc', issuer });
  const identityProviders = { a: oidc('https://a.example'), b: oidc('https://a.example'), c: { type: 'saml' } };
  await beforeStep('issuer-routes', { spec: { identityProviders } }, async (plain, doIt) => {
    await doIt();
    const { rows } = await plain.query('select * from openid_issuers');
    expect(rows).toEqual([{ issuer: 'https://a.example', org_id: ORGANIZATION }]);
  });
});

it('keeps the e-mail domains of stored organizations as asserted ones, each with a token of its own', async () => {
  await beforeStep('verified-domains', { spec: {} }, async (plain, doIt) => {
    await plain.query(
      `insert into email_domains select d, '${ORGANIZATION}' from unnest(array['a.example', 'b.example']) d`,
    );
    await doIt();
    expect((await plain.query('select * from domain_claims')).rows).toEqual([]);
    await plain.query(asOrganization);
    const { rows } = await plain.query<{ token: string }>('select domain, verification, token from domain_claims');
    expect(rows).toEqual(
      ['a.example', 'b.example'].map((domain) => ({
        domain,
        verification: 'asserted',
        token: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      })),
    );
    expect(new Set(rows.map(({ token }) => token)).size).toBe(2);
    expect((await plain.query('select distinct verification from email_domains')).rows).toEqual([
      { verification: 'asserted' },
    ]);
  });
});

it('registers the ends of the client secrets and directory tokens of stored organizations', async () => {
  const secret = (expires?: string) => ({ clientSecret: { fromEnv: 'S', expires } });
  const identityProviders = { a: secret('2026-12-31'), b: secret('2027-02-31'), c: secret(), d: {} };
  await beforeStep('65-expiry', { spec: { identityProviders } }, async (plain, doIt) => {
    await doIt();
    const { rows } = await plain.query('select kind, name, expires_at::timestamptz from expiring_items order by name');
    expect(rows).toEqual([
      { kind: 'client-secret', name: 'a', expires_at: new Date('2027-01-01T00:00:00Z') },
      { kind: 'client-secret', name: 'b', expires_at: new Date('2027-03-04T00:00:00Z') },
    ]);
  });
});

it('takes what is live of owned organizations as what was declared, and nothing of others', async () => {
  await beforeStep('three-values', {}, async (plain, doIt) => {
    const other = '01900000-0000-7000-8000-0000000000ff';
    await plain.query(`update organization_registry set collection = 'default', revision = 3, digest = 'ab';
      insert into organization_registry values ('free', '${other}', null, 1, 'cd', 'retain')`);
    await doIt();
    const columns = 'name, applied_revision, applied_digest, drifts_at, unmanaged';
    const { rows } = await plain.query(`select ${columns} from organization_registry order by name`);
    const settled = { drifts_at: null, unmanaged: 0 };
    expect(rows).toEqual([
      { name: 'acme', applied_revision: 3, applied_digest: 'ab', ...settled },
      { name: 'free', applied_revision: null, applied_digest: null, ...settled },
    ]);
  });
});
