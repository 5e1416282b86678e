import type { Client } from 'pg';
import type { OrganizationDocument } from '@rolecall/org-config';
import { asClient } from './audit/clients.ts';
import { workingFor } from './sql.ts';
import type { OrganizationTransaction } from './stores.ts';
import { connected, document, later, NOW, OKTA, subject, useTestDatabase } from './testing/fixture.ts';
import { seedOrganization } from './testing/index.ts';

const test = useTestDatabase();
const hash = (text: string) => Buffer.alloc(32, text);

/** Read by the apps before an organization is known, or part of the deployment. Everything else must be walled. */
const WITHOUT_ORGANIZATION = [
  'api_tokens',
  'apply_results',
  'audit_address_days',
  'audit_origin_days',
  'audit_sinks',
  'audit_unsent',
  'collection_files',
  'collection_leases',
  'collections',
  'deployment_keys',
  'directory_rotations',
  'domain_checks',
  'due_mails',
  'email_domains',
  'expiring_items',
  'expiry_notices',
  'forward_origins',
  'metadata_refreshes',
  'mikro_orm_migrations',
  'openid_issuers',
  'origin_claims',
  'organization_previous_names',
  'organization_registry',
  'platform_revisions',
  'provider_keys',
  'rate_limits',
  'saved_plans',
  'signing_keys',
  'used_workload_tokens',
];

let tables: string[];
let acme: string;
let globex: string;

async function overrideOne(id: string, declared: OrganizationDocument): Promise<void> {
  const override = { path: '/spec/displayName', by: 'ops', reason: 'r', at: NOW, expires: later(600) };
  const declaration = { document: declared, digest: 'other', origin: { actor: 'ci' } };
  await test.current.database.reconcileState({ actor: 'ci', now: NOW }).transaction('commit', async (state) => {
    await state.declare(id, declaration);
    await state.replaceOverrides(id, [override]);
  });
}

/** A row in every table of the organization. */
async function fill(name: string): Promise<string> {
  const spec = { ...OKTA, emailDomains: { [`${name}.example`]: { verification: 'dns' as const } } };
  const signingKey = { privateKey: 'key', certificate: 'certificate' };
  const { id } = await seedOrganization(test.current.database, document(name, spec), {
    metadataXml: '<x/>',
    signingKey,
  });
  const login = (requestId: string) => ({
    organizationId: id,
    identityProvider: 'okta',
    requestId,
    browserHash: hash('b'),
    traceId: 'trace',
    returnTo: undefined,
    mode: 'login' as const,
    createdAt: NOW,
    expiresAt: later(600),
  });
  await test.current.database.logins.begin(login('_1'));
  await test.current.database.logins.accept(
    { organizationId: id, identityProvider: 'okta', handleHash: hash('h'), facts: {}, now: NOW },
    {
      connectionId: `${id}/okta`,
      assertionId: '_a',
      issuer: 'idp',
      nameId: subject('eve').nameId,
      attributes: new Map(),
      inResponseTo: '_1',
      replayableUntil: later(300),
    },
  );
  await test.current.database.logouts.begin({
    organizationId: id,
    identityProvider: 'okta',
    requestId: '_3',
    browserHash: hash('b'),
    stateHash: undefined,
    expiresAt: later(600),
  });
  const made = { organizationId: id, identityProvider: 'okta', tokenHash: hash('l'), now: NOW };
  await test.current.database.ssoTests.create({ ...made, createdBy: 'ci', expiresAt: later(600) });
  await test.current.database.ssoEvidence.record({
    organizationId: id,
    identityProvider: 'okta',
    connectionDigest: 'ab',
    revision: 1,
    kind: 'test',
    at: NOW,
  });
  await test.current.database.inOrganization(id, async (tx) => {
    const { user } = await tx.createUser(subject('eve'), { email: 'eve@acme.example' }, {}, NOW);
    const sources = [{ kind: 'rule' as const, name: 'r' }];
    const grants = [{ scope: 'account/main', role: 'member', sources }];
    const former = grants.map((grant) => ({ ...grant, role: 'former' }));
    await tx.replaceGrants(user.userId, 1, former, [], NOW);
    await tx.replaceGrants(user.userId, 1, grants, [{ group: 'inbox/vip', sources }], NOW);
    await tx.openSession({
      tokenHash: hash('s'),
      userId: user.userId,
      subject: subject('eve'),
      sessionIndex: undefined,
      openedAt: NOW,
      expiresAt: later(3600),
      idleSeconds: 600,
      announcement: undefined,
    });
    await tx.recordFlow({
      traceId: 'trace',
      kind: 'saml-login',
      identityProvider: 'okta',
      startedAt: NOW,
      finishedAt: NOW,
      outcome: 'succeeded',
      code: undefined,
      mustAct: undefined,
      userId: user.userId,
      steps: [],
    });
    const event = { at: NOW, actor: { kind: 'user' as const, id: user.userId }, subject: user.userId, data: {} };
    await tx.audit([{ type: 'login.succeeded', ...event }]);
    await tx.mail({ kind: 'email-code', to: 'eve@acme.example', data: { code: '1' } }, NOW);
    await signInLocally(tx, user.userId);
  });
  const exported = {
    type: 'audit.exported',
    at: NOW,
    actor: { kind: 'token', id: 'ci' },
    subject: id,
    data: {},
  } as const;
  await asClient('192.0.2.7', () => test.current.database.audit.append(id, exported));
  await fillDirectory(id);
  await overrideOne(id, document(name, spec));
  return id;
}

async function signInLocally(tx: OrganizationTransaction, userId: string): Promise<void> {
  const at = { userId, addressKey: 'eve@acme.example', now: NOW };
  await tx.accounts.setPassword({ ...at, hash: 'phc', mailbox: 'proved' });
  await tx.accounts.replaceRecoveryCodes(userId, [hash('c')]);
  await tx.links.create({ ...at, purpose: 'invitation', createdBy: 'ci' });
  await tx.signIns.begin({
    handleHash: hash('i'),
    browserHash: hash('b'),
    userId,
    passwordChangedAt: NOW,
    traceId: 'trace',
    returnTo: undefined,
    startedAt: NOW,
    expiresAt: later(600),
  });
  await tx.devices.note(userId, hash('d'), NOW);
  await tx.recovery.open({ addressKey: 'it@acme.example', adminId: 'r1-1' }, NOW);
}

/** As rows, whose stores have specs of their own. */
async function fillDirectory(id: string): Promise<void> {
  await asRuntime(id, async (client) => {
    const group = '00000000-0000-7000-8000-000000000001';
    await client.query(`
      insert into directories values ('${id}', 1, 1, 1);
      insert into directory_users select '${id}', user_id, 'eve', 'eve', null, true, null, '{}', '{}', 1, true, now(), now() from users;
      insert into directory_emails select '${id}', user_id, 0, 'eve@acme.example', null, true from users;
      insert into directory_groups values ('${id}', '${group}', 'A', 'a', null, '{}', '{}', '{}', '{}', 1, 1, now(), now());
      insert into directory_members select '${id}', '${group}', user_id from users;
      insert into directory_tokens values ('${id}', 'x', 'okta', now(), now(), null, null, '${group}', 'ci', now());
      insert into directory_requests values ('${id}', now(), 'r', 'okta', 'GET', '/Users', 200, null, 'read', '{}', null, null, '{}', null, null, null, 1);
      insert into directory_holds values ('${id}', '${group}', 'mass_change', null, now());
      insert into offboarding_receipts values ('${id}', '${group}', '${group}', now(), 'okta', 'deleted', true, 1, 1, 1, 1);
      insert into application_grants select '${id}', '${group}', token_hash, 'dashboard', 'acme.dashboard', 'openid', now() from sessions limit 1;
      insert into application_tokens values ('${id}', 'x', 'access', '${group}', '{}', now(), now());
      insert into forward_sessions select '${id}', 'x', token_hash, 'https://grafana.example', null, now(), null from sessions limit 1;
      commit`);
  });
}

async function asRuntime<T>(organizationId: string | undefined, work: (client: Client) => Promise<T>): Promise<T> {
  return connected(test.current.url, async (client) => {
    await client.query('begin');
    if (organizationId !== undefined) await client.query(workingFor(organizationId));
    return work(client);
  });
}

async function countRows(client: Client, table: string): Promise<number> {
  const { rows } = await client.query<{ n: number }>(`select count(*)::integer as n from ${table}`);
  return rows[0]!.n;
}

beforeAll(async () => {
  [acme, globex] = [await fill('acme'), await fill('globex')];
  tables = await connected(test.current.ownerUrl, async (owner) => {
    const { rows } = await owner.query<{ name: string }>(
      `select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')`,
    );
    return rows.map((row) => row.name).filter((name) => !WITHOUT_ORGANIZATION.includes(name));
  });
});

it('is enabled and forced on every table but the routing tables, whose keys start with org_id', async () => {
  expect(tables.length).toBeGreaterThan(10);
  const open = await connected(test.current.ownerUrl, (owner) =>
    owner.query(
      `select c.relname from pg_class c
       where c.relname = any($1) and not (c.relrowsecurity and c.relforcerowsecurity
         and exists (select from pg_policy p where p.polrelid = c.oid))`,
      [tables],
    ),
  );
  expect(open.rows).toEqual([]);
  const keys = await connected(test.current.ownerUrl, (owner) =>
    owner.query<{ name: string }>(
      `select i.indexrelid::regclass::text as name from pg_index i
       join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
       where i.indrelid::regclass::text = any($1) and a.attname <> 'org_id'`,
      [tables],
    ),
  );
  expect(keys.rows).toEqual([]);
});

it('shows nothing to a query without an organization, in any table (security.md 21)', async () => {
  const seen = await asRuntime(undefined, async (client) => {
    const counts: Record<string, number> = {};
    for (const table of tables) counts[table] = await countRows(client, table);
    return counts;
  });
  expect(seen).toEqual(Object.fromEntries(tables.map((table) => [table, 0])));
});

it('shows an organization its own rows and none of another, in every table', async () => {
  const seen = await asRuntime(acme, async (client) => {
    const owners: Record<string, unknown> = {};
    for (const table of tables) {
      const { rows } = await client.query<{ org_id: string }>(`select distinct org_id from ${table}`);
      owners[table] = rows.map((row) => row.org_id);
    }
    return owners;
  });
  expect(seen).toEqual(Object.fromEntries(tables.map((table) => [table, [acme]])));
});

it('lets an organization neither insert, change nor delete rows of another (security.md 22)', async () => {
  const insert = asRuntime(acme, (client) =>
    client.query(`insert into used_assertions values ($1, 'okta', '_x', now())`, [globex]),
  );
  await expect(insert).rejects.toThrow('violates row-level security policy');
  const move = asRuntime(acme, (client) => client.query('update users set org_id = $1', [globex]));
  await expect(move).rejects.toThrow('violates row-level security policy');
  const changed = await asRuntime(acme, async (client) => [
    (await client.query(`update users set email = 'x' where org_id = $1`, [globex])).rowCount,
    (await client.query('delete from sessions where org_id = $1', [globex])).rowCount,
  ]);
  expect(changed).toEqual([0, 0]);
});

it('forgets the organization when the transaction ends', async () => {
  await connected(test.current.url, async (client) => {
    await client.query('begin');
    await client.query(workingFor(acme));
    expect(await countRows(client, 'users')).toBe(1);
    await client.query('commit');
    expect(await countRows(client, 'users')).toBe(0);
  });
});

it('cannot be switched off by the runtime role', async () => {
  const refused = (statement: string) => asRuntime(acme, (client) => client.query(statement));
  await expect(refused('set role postgres')).rejects.toThrow('permission denied to set role');
  await expect(refused('alter table users disable row level security')).rejects.toThrow('must be owner');
  await expect(refused('drop policy own_organization on users')).rejects.toThrow('must be owner');
  await expect(refused('alter role rolecall_runtime bypassrls')).rejects.toThrow(/permission denied/);
  const bypass = asRuntime(acme, async (client) => {
    await client.query('set row_security = off');
    return countRows(client, 'users');
  });
  await expect(bypass).rejects.toThrow('query would be affected by row-level security policy');
});

it('lets nobody change or delete a revision or an audit event, give a token more rights, or truncate anything (security.md 48)', async () => {
  const refused = (statement: string) =>
    expect(asRuntime(acme, (client) => client.query(statement))).rejects.toThrow('permission denied');
  await refused(`update revisions set digest = 'x'`);
  await refused('delete from revisions');
  await refused(`update audit_events set subject = 'x'`);
  await refused('delete from audit_events');
  await refused(
    `insert into audit_events select org_id, seq + 1, type, at, actor_kind, actor_id, subject, data, trace_id, digest, hash from audit_events`,
  );
  await refused('update audit_heads set seq = 0');
  await refused('delete from audit_heads');
  await refused('delete from organizations');
  await refused('truncate users cascade');
  await refused(`update api_tokens set rights = '{apply}'`);
  await refused('update api_tokens set expires_at = null');
  await refused('delete from api_tokens');
});

it('lets what runs with the rights of the owner work for the organization of the transaction only', async () => {
  const refused = (organizationId: string | undefined, call: string) =>
    expect(asRuntime(organizationId, (client) => client.query(call, [globex]))).rejects.toMatchObject({
      code: '42501',
    });
  for (const organizationId of [undefined, acme]) {
    await refused(organizationId, 'select delete_organization($1)');
    await refused(organizationId, `select audit_append($1, '[]')`);
  }
  const { rows } = await connected(test.current.ownerUrl, (owner) =>
    owner.query(
      `select proname from pg_proc p
       where pronamespace = 'public'::regnamespace and prosecdef
         and (proconfig is null or proconfig[1] not like 'search_path=pg_catalog,%' or has_function_privilege('public', p.oid, 'execute'))`,
    ),
  );
  expect(rows).toEqual([]);
});

it('lets nobody but the owner create anything in the schema', async () => {
  const create = (statement: string) => asRuntime(acme, (client) => client.query(statement));
  await expect(create('create table mine ()')).rejects.toThrow('permission denied for schema public');
  await expect(create(`create function lower(bytea) returns text return 'x'`)).rejects.toThrow('permission denied');
});

it('binds the owner as well, unless a superuser owns the tables', async () => {
  const plainOwner = `plain_owner_${process.pid}`;
  const { rows } = await connected(test.current.ownerUrl, async (superuser) => {
    await superuser.query(
      `create role ${plainOwner}; alter table users owner to ${plainOwner}; set role ${plainOwner}`,
    );
    const seen = await superuser.query('select * from users');
    await superuser.query(`reset role; alter table users owner to current_user; drop role ${plainOwner}`);
    return seen;
  });
  expect(rows).toEqual([]);
});

it('seeds rows in every walled table, so that the walk above means something', async () => {
  const empty = await asRuntime(globex, async (client) => {
    const found: string[] = [];
    for (const table of tables) if ((await countRows(client, table)) === 0) found.push(table);
    return found;
  });
  expect(empty).toEqual([]);
});
