// The demo application: node tools/demo-app/main.ts --port 4020 --gateway http://localhost:4000
// Cookies are shared by all ports of a host, so on localhost it gets the gateway's session cookie and passes it on.
import express from 'express';
import { parseArgs } from 'node:util';
import { serve } from '../serve.ts';
import { oidcClient } from './oidc.ts';
import { gatewayDownPage, type GatewaySession, signedInPage, signedOutPage } from './pages.ts';

const SESSION_COOKIE = /^(?:__Host-)?rolecall_session=/;

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '4020' },
    gateway: { type: 'string', default: 'http://localhost:4000' },
  },
});
const here = `http://localhost:${values.port}/`;
const loginUrl = `${values.gateway}/login?returnTo=${encodeURIComponent(here)}`;

/** undefined = nobody is signed in. Throws when the gateway does not answer as it should. */
async function askGateway(cookies: string | undefined): Promise<GatewaySession | undefined> {
  const session = (cookies ?? '').split(/; */).find((cookie) => SESSION_COOKIE.test(cookie));
  if (!session) return undefined;
  const answer = await fetch(`${values.gateway}/session`, {
    headers: { cookie: session, accept: 'application/json' },
    signal: AbortSignal.timeout(5_000),
  });
  if (answer.status === 401) return undefined;
  if (!answer.ok) throw new Error(`the gateway answered ${answer.status}`);
  return (await answer.json()) as GatewaySession;
}

const app = express();
app.disable('x-powered-by');
app.get('/readyz', (_request, response) => void response.send('ready'));
app.use('/oidc', oidcClient(values.gateway, here));
app.get('/', async (request, response) => {
  response.set({
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
  });
  try {
    const session = await askGateway(request.headers.cookie);
    response.send(session ? signedInPage(session, `${values.gateway}/`) : signedOutPage(loginUrl));
  } catch (error) {
    console.error(String(error));
    response.status(502).send(gatewayDownPage(values.gateway));
  }
});
serve(app, Number(values.port), `demo application at ${here}`);
