// better-auth's SCIM plugin behind bare node:http. Started by scim-peers.ts; installed on demand, never a dependency of Rolecall.
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const require = createRequire(`${process.env.PEERS_DIR}/`);
const load = (name) => import(pathToFileURL(require.resolve(name)).href);
const pg = require('pg');
const { betterAuth } = await load('better-auth');
const { toNodeHandler } = await load('better-auth/node');
const { getMigrations } = await load('better-auth/db/migration').catch(() => load('better-auth/db'));
const { scim } = await load('@better-auth/scim');

const token = 'bench-token-bench-token-bench-token-bench';
const options = {
  baseURL: `http://127.0.0.1:${process.env.PORT}`,
  secret: 'bench-only-bench-only-bench-only-bench-only',
  database: new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 16, options: '-c search_path=better_auth' }),
  telemetry: { enabled: false },
  rateLimit: { enabled: false },
  logger: { level: 'error' },
  advanced: { database: { defaultFindManyLimit: 5000 } },
  plugins: [scim({ connections: [{ id: 'bench', credentials: [{ type: 'bearer', id: 'bench', token }] }] })],
};
await options.database.query('create schema if not exists better_auth');
const { runMigrations } = await getMigrations(options);
await runMigrations();
const handler = toNodeHandler(betterAuth(options));

const server = createServer((request, response) => {
  if (request.url === '/ready') {
    return response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ path: '/api/auth/scim/v2', token }));
  }
  return handler(request, response).catch((error) => response.writeHead(500).end(String(error)));
});
server.listen(Number(process.env.PORT), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
process.on('disconnect', () => process.exit(0));
