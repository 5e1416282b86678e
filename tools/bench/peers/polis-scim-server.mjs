// Polis' directory sync as a library (@boxyhq/saml-jackson) behind bare node:http, kinder to it than its shipped server. Started by
// scim-peers.ts; installed on demand, never a dependency of Rolecall.
import { createServer } from 'node:http';
import { createRequire } from 'node:module';

const require = createRequire(`${process.env.PEERS_DIR}/`);
const jackson = require('@boxyhq/saml-jackson').default;
const url = `http://localhost:${process.env.PORT}`;
const quiet = () => undefined;
const { directorySyncController } = await jackson({
  externalUrl: url,
  samlPath: '/acs',
  scimPath: '/scim',
  samlAudience: `${url}/audience`,
  clientSecretVerifier: 'bench-only',
  noAnalytics: true,
  db: { engine: 'sql', type: 'postgres', url: process.env.DATABASE_URL, pageLimit: 100 },
  logger: { info: quiet, warn: quiet, error: console.error },
});
const { data: directory } = await directorySyncController.directories.create({
  name: 'bench',
  tenant: 'bench',
  product: 'bench',
  type: 'generic-scim-v2',
});

async function handle(request, response) {
  const { pathname, searchParams } = new URL(request.url, url);
  if (pathname === '/ready') {
    const ready = { path: `/scim/${directory.id}`, token: directory.scim.secret };
    return response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(ready));
  }
  const [, , directoryId, resourceType = '', resourceId] = pathname.split('/');
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = chunks.length > 0 ? JSON.parse(Buffer.concat(chunks).toString('utf8')) : undefined;
  const { status, data } = await directorySyncController.requests.handle(
    {
      method: request.method,
      body,
      directoryId,
      resourceType: resourceType.toLowerCase(),
      resourceId,
      apiSecret: (request.headers.authorization ?? '').replace('Bearer ', ''),
      query: {
        count: searchParams.has('count') ? Number(searchParams.get('count')) : undefined,
        startIndex: searchParams.has('startIndex') ? Number(searchParams.get('startIndex')) : undefined,
        filter: searchParams.get('filter') ?? undefined,
      },
    },
    async () => undefined,
  );
  response.writeHead(status, { 'content-type': 'application/scim+json' }).end(JSON.stringify(data ?? null));
}

const server = createServer((request, response) => {
  handle(request, response).catch((error) => response.writeHead(500).end(String(error)));
});
server.keepAliveTimeout = 60_000; // a client that was kept waiting must not find its connection closed
server.listen(Number(process.env.PORT), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
process.on('disconnect', () => process.exit(0));
