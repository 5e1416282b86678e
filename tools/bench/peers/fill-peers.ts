// Many users in the tables of a peer, shaped on one that was made through its API: nobody waits for 100,000 requests to each.
import pg from 'pg';

/** By script of the peer. $1 = how many. */
const STATEMENTS: Readonly<Record<string, readonly string[]>> = {
  'scimmy-server.mjs': [
    `insert into scimmy_users (key, body)
     select 'fill' || n || '@acme.example', one.body || jsonb_build_object('userName', 'fill' || n || '@acme.example', 'externalId', 'fill' || n)
     from (select body from scimmy_users limit 1) one, generate_series(1, $1::integer) n`,
  ],
  'polis-scim-server.mjs': [
    `insert into jackson_store (key, value, "createdAt", "modifiedAt", namespace)
     select one.namespace || ':fill' || n, replace(one.value, one.value::jsonb ->> 'email', 'fill' || n || '@acme.example'), one."createdAt",
       one."modifiedAt", one.namespace
     from (select * from jackson_store where namespace like 'dsync:users:%' limit 1) one, generate_series(1, $1::integer) n`,
    `insert into jackson_index (key, "storeKey")
     select case when i.key like '%:directoryIdUsername:%' then regexp_replace(i.key, '[^:]*$', 'fill' || n) else i.key end,
       one.namespace || ':fill' || n
     from (select key, namespace from jackson_store where namespace like 'dsync:users:%' and key not like '%:fill%' limit 1) one
     join jackson_index i on i."storeKey" = one.key
     cross join generate_series(1, $1::integer) n`,
  ],
  'better-auth-server.mjs': [
    clones('user', ['id'], `'email', 'fill' || n || '@acme.example'`),
    clones('scimSubject', ['id', 'userId', 'profileSourceId']),
    clones(
      'scimUser',
      ['id', 'userId', 'connectionUserKey', 'userNameKey', 'externalIdKey', 'workEmailValueIndex', 'emailValueIndex'],
      `'userName', 'fill' || n || '@acme.example', 'primaryEmail', 'fill' || n || '@acme.example', 'externalId', 'fill' || n,
       'orderKey', (one)."orderKey" || ':' || n`,
    ),
  ],
};

/** Copies of one row of a table of better-auth, with texts of their own in these columns. */
function clones(table: string, own: readonly string[], more = ''): string {
  const changed = [...own.map((column) => `'${column}', 'fill' || n`), ...(more === '' ? [] : [more])].join(', ');
  return `insert into better_auth."${table}"
    select (jsonb_populate_record(one, jsonb_build_object(${changed}))).*
    from (select t from better_auth."${table}" t limit 1) of(one), generate_series(1, $1::integer) n`;
}

/** Adds so many users behind the API of the peer. */
export async function fillPeer(databaseUrl: string, script: string, users: number): Promise<void> {
  const owner = new pg.Client({ connectionString: databaseUrl });
  await owner.connect();
  try {
    for (const statement of STATEMENTS[script] ?? []) await owner.query(statement, [users]);
    await owner.query('vacuum analyze');
  } finally {
    await owner.end();
  }
}
