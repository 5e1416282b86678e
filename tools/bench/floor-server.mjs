// Floors over HTTP: what node:http and PostgreSQL cost without any product. Modes: json, select, select behind a cookie whose MAC is
// checked, answered by headers (forward-auth), insert, and insert of an ID token
// that jose verified with the key set of the environment.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import { createLocalJWKSet, jwtVerify } from 'jose';
import pg from 'pg';

const keySet = process.env.BENCH_JWKS && createLocalJWKSet(JSON.parse(process.env.BENCH_JWKS));

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 16 });
await pool.query(
  'create table if not exists bench_floor (id bigint generated always as identity primary key, body text)',
);
await pool.query(`insert into bench_floor (body) select 'row ' || n from generate_series(1, 1000) n`);

const answer = JSON.stringify({
  user: { id: '1', email: 'eve@acme.com', displayName: 'Eve' },
  grants: { 'account/main': ['member'] },
});
const send = (response, body) => {
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(body);
};

const key = Buffer.alloc(32, 7);
const macOf = (id) => createHmac('sha256', key).update(id).digest();

/** The least that a forward-auth check with a database does. */
async function forward(request, response) {
  const [, id = '', mac = ''] = /(?:^|; )floor=([0-9]+)\.([\w-]+)/.exec(request.headers.cookie ?? '') ?? [];
  const presented = Buffer.from(mac, 'base64url');
  const right = macOf(id);
  if (presented.length !== right.length || !timingSafeEqual(presented, right)) throw new Error('another MAC');
  const { rows } = await pool.query({
    name: 'select',
    text: 'select body from bench_floor where id = $1',
    values: [id],
  });
  response.writeHead(200, {
    'cache-control': 'no-store',
    'content-length': 0,
    'x-auth-request-user': rows[0].body,
    'x-auth-request-email': 'eve@acme.com',
    'x-auth-request-roles': 'account/main:member',
  });
  response.end();
}

async function insert(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks).toString('utf8');
  if (request.url === '/verify') await jwtVerify(body, keySet);
  await pool.query({
    name: 'insert',
    text: 'insert into bench_floor (body) values ($1)',
    values: [body.slice(0, 200)],
  });
}

const server = createServer((request, response) => {
  if (request.url === '/json') return send(response, answer);
  if (request.url === '/forward') return void forward(request, response).catch((error) => response.destroy(error));
  if (request.url === '/cookie') return send(response, `floor=7.${macOf('7').toString('base64url')}`);
  const work =
    request.url === '/select'
      ? pool.query({ name: 'select', text: 'select body from bench_floor where id = $1', values: [7] })
      : insert(request);
  work.then(() => send(response, answer)).catch((error) => response.destroy(error));
});
server.listen(Number(process.env.PORT), '127.0.0.1');
process.on('SIGTERM', () => {
  server.closeAllConnections();
  void pool.end().then(() => process.exit(0));
});
process.on('disconnect', () => process.exit(0));
