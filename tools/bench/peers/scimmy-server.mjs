// scimmy and scimmy-routers on Express, over tables with an index for what is asked. Started by scim-peers.ts; installed on demand, never a
// dependency of Rolecall.
import { createRequire } from 'node:module';
import pg from 'pg';

const require = createRequire(`${process.env.PEERS_DIR}/`);
const express = require('express');
const SCIMMY = require('scimmy');
const { default: Routers = require('scimmy-routers') } = require('scimmy-routers');
const { User, Group } = SCIMMY.Resources;

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 16 });
await pool.query(`
  create table scimmy_users (id uuid primary key default gen_random_uuid(), key text not null unique, body jsonb not null,
    created_at timestamptz not null default now(), modified_at timestamptz not null default now());
  create table scimmy_groups (id uuid primary key default gen_random_uuid(), body jsonb not null);
  create table scimmy_members (group_id uuid, user_id uuid, primary key (group_id, user_id))`);
const query = async (name, text, values) => (await pool.query({ name, text, values })).rows;
const userOf = ({ id, body, created_at: created, modified_at: lastModified }) => ({
  ...body,
  id,
  meta: { created, lastModified },
});

SCIMMY.Resources.declare(User)
  .ingress(async ({ id }, { id: _id, meta: _meta, schemas: _schemas, ...instance }) => {
    const body = JSON.stringify(instance);
    const key = instance.userName.toLowerCase();
    const [row] = id
      ? await query(
          'update',
          'update scimmy_users set key = $2, body = $3, modified_at = now() where id = $1 returning *',
          [id, key, body],
        )
      : await query('insert', 'insert into scimmy_users (key, body) values ($1, $2) returning *', [key, body]);
    return userOf(row);
  })
  .egress(async (resource) => {
    if (resource.id) {
      const [row] = await query('user', 'select * from scimmy_users where id = $1', [resource.id]);
      if (!row) throw new SCIMMY.Types.Error(404, null, 'no such user');
      return userOf(row);
    }
    const [, name] = resource.filter?.[0]?.userName ?? [];
    const rows = name
      ? await query('lookup', 'select * from scimmy_users where key = $1', [name.toLowerCase()])
      : await query('page', 'select * from scimmy_users order by id', []);
    return rows.map(userOf);
  });

const membersOf = async (id) =>
  await query('members', 'select user_id as value from scimmy_members where group_id = $1', [id]);
SCIMMY.Resources.declare(Group)
  .ingress(async ({ id: known }, { displayName, members = [] }) => {
    const body = JSON.stringify({ displayName });
    const [{ id }] = known
      ? await query('rename', 'update scimmy_groups set body = $2 where id = $1 returning id', [known, body])
      : await query('found', 'insert into scimmy_groups (body) values ($1) returning id', [body]);
    const ids = members.map(({ value }) => value);
    await query('leave', 'delete from scimmy_members where group_id = $1 and user_id <> all ($2::uuid[])', [id, ids]);
    await query('join', 'insert into scimmy_members select $1, unnest($2::uuid[]) on conflict do nothing', [id, ids]);
    return { id, displayName, members: await membersOf(id) };
  })
  .egress(async ({ id }) => {
    const rows = id
      ? await query('group', 'select * from scimmy_groups where id = $1', [id])
      : await query('groups', 'select * from scimmy_groups', []);
    const groups = [];
    for (const row of rows) groups.push({ id: row.id, ...row.body, members: await membersOf(row.id) });
    return id ? groups[0] : groups;
  });

const app = express();
app.get('/ready', (_request, response) => void response.json({ path: '/scim', token: 'bench' }));
app.use(
  '/scim',
  new Routers({
    type: 'bearer',
    handler: (request) => {
      if (request.header('authorization') !== 'Bearer bench') throw new Error('unauthorized');
      return 'bench';
    },
  }),
);
// a client that was kept waiting must not find its connection closed
app.listen(Number(process.env.PORT), '127.0.0.1').keepAliveTimeout = 60_000;
process.on('SIGTERM', () => process.exit(0));
process.on('disconnect', () => process.exit(0));
