import express from 'express';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { createHash, randomBytes } from 'node:crypto';
import { gatewayDownPage, type OidcUser, oidcPage } from './pages.ts';

const CLIENT_ID = 'acme.demo-app';
const FLOW = 'demo_app_flow';
const SESSION = 'demo_app_session';

interface Tokens {
  readonly access_token: string;
  readonly refresh_token?: string;
  readonly id_token: string;
}

const random = () => randomBytes(32).toString('base64url');

/**
 * The demo application as an OpenID Connect client, by hand, to be mounted at `/oidc`: it keeps tokens in memory, and asks who the user is at each page.
 * @param gateway URL of the gateway
 * @param here URL of this application
 */
export function oidcClient(gateway: string, here: string): express.Router {
  const issuer = `${gateway}/op`;
  const redirectUri = new URL('oidc/callback', here).href;
  const keys = createRemoteJWKSet(new URL(`${issuer}/jwks`));
  /** Sign-ins under way, by the state; and who is signed in, by the cookie. */
  const flows = new Map<string, { readonly verifier: string; readonly nonce: string }>();
  const sessions = new Map<string, Tokens>();

  async function token(fields: Readonly<Record<string, string>>): Promise<Tokens | undefined> {
    const body = new URLSearchParams({ client_id: CLIENT_ID, ...fields });
    const answer = await fetch(`${issuer}/token`, { method: 'POST', body, signal: AbortSignal.timeout(5_000) });
    return answer.ok ? ((await answer.json()) as Tokens) : undefined;
  }

  async function userOf({ access_token: access }: Tokens): Promise<OidcUser | undefined> {
    const headers = { authorization: `Bearer ${access}` };
    const answer = await fetch(`${issuer}/me`, { headers, signal: AbortSignal.timeout(5_000) });
    return answer.ok ? ((await answer.json()) as OidcUser) : undefined;
  }

  const router = express.Router();

  router.get('/login', (_request, response) => {
    const [state, nonce, verifier] = [random(), random(), random()];
    flows.set(state, { verifier, nonce });
    const asked = new URLSearchParams({
      client_id: CLIENT_ID,
      redirect_uri: redirectUri,
      response_type: 'code',
      scope: 'openid profile email roles',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      state,
      nonce,
    });
    response.cookie(FLOW, state, { httpOnly: true, sameSite: 'lax', path: '/oidc' });
    response.redirect(303, `${issuer}/auth?${asked}`);
  });

  router.get('/callback', async (request, response) => {
    const [state, code] = [request.query['state'], request.query['code']].map((value) =>
      typeof value === 'string' ? value : '',
    );
    const flow = state !== undefined && state === cookie(request, FLOW) ? flows.get(state) : undefined;
    flows.delete(state ?? '');
    const grant = { grant_type: 'authorization_code', redirect_uri: redirectUri, code: code ?? '' };
    const tokens = flow && (await token({ ...grant, code_verifier: flow.verifier }));
    if (!tokens) return response.redirect(303, '/');
    const { payload } = await jwtVerify(tokens.id_token, keys, { issuer, audience: CLIENT_ID, algorithms: ['RS256'] });
    if (payload['nonce'] !== flow.nonce) return response.redirect(303, '/');
    const id = random();
    sessions.set(id, tokens);
    response.clearCookie(FLOW, { path: '/oidc' });
    response.cookie(SESSION, id, { httpOnly: true, sameSite: 'lax', path: '/oidc' });
    response.redirect(303, '/oidc');
  });

  /** Once more with a new access token; whoever gets none is signed out. */
  router.get('/', async (request, response) => {
    const id = cookie(request, SESSION) ?? '';
    let tokens = sessions.get(id);
    let user = tokens && (await userOf(tokens));
    if (tokens?.refresh_token !== undefined && !user) {
      tokens = await token({ grant_type: 'refresh_token', refresh_token: tokens.refresh_token });
      if (tokens) sessions.set(id, tokens);
      user = tokens && (await userOf(tokens));
    }
    if (!tokens || !user) {
      sessions.delete(id);
      return response.redirect(303, '/');
    }
    const leave = new URLSearchParams({ id_token_hint: tokens.id_token, post_logout_redirect_uri: here });
    response.set({
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
    });
    response.send(oidcPage(user, `${issuer}/session/end?${leave}`));
  });

  router.use(((error: unknown, _request, response, next) => {
    if (response.headersSent) return next(error);
    console.error(String(error));
    response.status(502).send(gatewayDownPage(gateway));
  }) satisfies express.ErrorRequestHandler);
  return router;
}

function cookie(request: express.Request, name: string): string | undefined {
  const pairs = (request.headers.cookie ?? '').split(/; */).map((pair) => pair.split('='));
  return pairs.find(([key]) => key === name)?.[1];
}
