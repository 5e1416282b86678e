// Polis as a library (@boxyhq/saml-jackson) behind bare node:http, kinder to it than its shipped server. Run by
// tools/bench/saml-login.ts with --peers; installed on demand under .cache/peers, never a dependency of Rolecall.
import { createServer } from 'node:http';
import { createRequire } from 'node:module';

const require = createRequire(`${process.env.PEERS_DIR}/`);
const jackson = require('@boxyhq/saml-jackson').default;
const url = `http://localhost:${process.env.PORT}`;
const quiet = () => undefined;
const { connectionAPIController, oauthController } = await jackson({
  externalUrl: url,
  samlPath: '/acs',
  samlAudience: `${url}/audience`,
  clientSecretVerifier: 'bench-only',
  noAnalytics: true,
  openid: { jwsAlg: 'RS256' },
  db: { engine: 'sql', type: 'postgres', url: process.env.DATABASE_URL, pageLimit: 50 },
  logger: { info: quiet, warn: quiet, error: console.error },
});
const redirectUri = `${url}/callback`;
await connectionAPIController.createSAMLConnection({
  rawMetadata: process.env.IDP_METADATA,
  tenant: 'bench',
  product: 'bench',
  defaultRedirectUrl: redirectUri,
  redirectUrl: JSON.stringify([redirectUri]),
});
const client = { client_id: 'tenant=bench&product=bench', client_secret: 'bench-only' };

async function form(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString('utf8')));
}

const routes = {
  '/authorize': async (_request, response) => {
    const { redirect_url: location } = await oauthController.authorize({
      response_type: 'code',
      client_id: client.client_id,
      redirect_uri: redirectUri,
      state: 'state',
      tenant: 'bench',
      product: 'bench',
    });
    response.writeHead(302, { location }).end();
  },
  '/acs': async (request, response) => {
    const { redirect_url: location } = await oauthController.samlResponse(await form(request));
    response.writeHead(302, { location }).end();
  },
  '/token': async (request, response) => {
    const { code } = await form(request);
    const token = await oauthController.token({
      ...client,
      grant_type: 'authorization_code',
      code,
      redirect_uri: redirectUri,
    });
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(token));
  },
  '/ready': async (_request, response) => void response.writeHead(200).end(),
};

const server = createServer((request, response) => {
  const route = routes[request.url?.split('?')[0] ?? ''];
  if (!route) return response.writeHead(404).end();
  return route(request, response).catch((error) => response.writeHead(500).end(String(error)));
});
server.listen(Number(process.env.PORT), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
process.on('disconnect', () => process.exit(0));
