// Floors over HTTP: node:http and one statement, with no protocol, no token, no decision and no audit around it.
import { createServer } from 'node:http';
import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 16 });
await pool.query(`
  create table if not exists scim_floor_users (id uuid primary key default gen_random_uuid(), key text unique, body jsonb not null);
  create table if not exists scim_floor_members (group_id integer, user_id integer, primary key (group_id, user_id))`);
// as big as the users of the measured directories
await pool.query(`
  insert into scim_floor_users (key, body)
  select 'user' || n, jsonb_build_object('userName', 'user' || n || '@acme.example', 'externalId', '00u' || n, 'active', true,
    'displayName', 'user ' || n, 'title', 'title ' || n % 100,
    'name', jsonb_build_object('givenName', 'given ' || n % 1000, 'familyName', 'family ' || n),
    'emails', jsonb_build_array(
      jsonb_build_object('value', 'work' || n || '@acme.example', 'type', 'work', 'primary', true),
      jsonb_build_object('value', 'home' || n || '@home.example', 'type', 'home')),
    'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User', jsonb_build_object('department', 'department ' || n % 50))
  from generate_series(1, 10000) n on conflict do nothing`);
await pool.query('vacuum analyze scim_floor_users');

const STATEMENTS = {
  create: 'insert into scim_floor_users (key, body) values ($1, $2) returning id',
  lookup: 'select id, body from scim_floor_users where key = $1',
  page: 'select id, body from scim_floor_users where id > $1 order by id limit 100',
  patch: `update scim_floor_users set body = body || $2 where key = $1 returning body`,
  member: 'insert into scim_floor_members values ($1, $2) on conflict do nothing',
};

async function valuesOf(name, request, url) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const key = url.searchParams.get('key');
  if (name === 'create' || name === 'patch') return [key, Buffer.concat(chunks).toString('utf8')];
  return name === 'member' ? [1, key] : [key];
}

const server = createServer((request, response) => {
  const url = new URL(request.url, 'http://floor');
  const name = url.pathname.slice(1);
  if (name === 'ready') return response.end();
  const work = async () => {
    const { rows } = await pool.query({ name, text: STATEMENTS[name], values: await valuesOf(name, request, url) });
    response.writeHead(200, { 'content-type': 'application/scim+json' }).end(JSON.stringify(rows));
  };
  work().catch((error) => response.writeHead(500).end(String(error)));
});
server.listen(Number(process.env.PORT), '127.0.0.1');
process.on('SIGTERM', () => {
  server.closeAllConnections();
  void pool.end().then(() => process.exit(0));
});
process.on('disconnect', () => process.exit(0));
