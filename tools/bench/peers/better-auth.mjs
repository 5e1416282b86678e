// better-auth behind bare node:http, on PostgreSQL: what its servers here share. Installed on demand under .cache/peers,
// never a dependency of Rolecall. No telemetry, no rate limit, no log but of errors.
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const require = createRequire(`${process.env.PEERS_DIR}/`);
const load = (name) => import(pathToFileURL(require.resolve(name)).href);

/**
 * Migrates a schema of its own and serves until told to stop; `/ready` answers `about` as JSON.
 * @param plugin - package whose `make` gives better-auth's plugin
 * @param prepare - what is to be stored first, by better-auth's own context
 */
export async function serveBetterAuth({
  plugin,
  make,
  schema,
  origin,
  about,
  settings = {},
  prepare = async () => {},
}) {
  const pg = require('pg');
  const { betterAuth } = await load('better-auth');
  const { toNodeHandler } = await load('better-auth/node');
  const { getMigrations } = await load('better-auth/db/migration').catch(() => load('better-auth/db'));
  const { DATABASE_URL: connectionString, PORT: port } = process.env;
  const options = {
    baseURL: origin,
    secret: 'bench-only-bench-only-bench-only-bench-only',
    database: new pg.Pool({ connectionString, max: 16, options: `-c search_path=${schema}` }),
    telemetry: { enabled: false },
    rateLimit: { enabled: false },
    logger: { level: 'error' },
    ...settings,
    plugins: [make(await load(plugin))],
  };
  await options.database.query(`create schema if not exists ${schema}`);
  const { runMigrations } = await getMigrations(options);
  await runMigrations();
  const auth = betterAuth(options);
  await prepare(await auth.$context);
  const handler = toNodeHandler(auth);
  const server = createServer((request, response) => {
    if (request.url === '/ready') {
      return response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(about));
    }
    return handler(request, response).catch((error) => response.writeHead(500).end(String(error)));
  });
  server.keepAliveTimeout = 60_000; // a client that was kept waiting must not find its connection closed
  server.listen(Number(port), '127.0.0.1');
  process.on('SIGTERM', () => process.exit(0));
  process.on('disconnect', () => process.exit(0));
}
