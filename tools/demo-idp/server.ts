import express from 'express';
import { randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import { openIdProvider } from './oidc.ts';
import { homePage, loginPage, postBackPage, problemPage } from './pages.ts';
import { type DemoPerson, People } from './people.ts';
import { type Participant, SamlLogout } from './saml-logout.ts';
import { type RedirectQuery, RequestRefused, SamlIdp, type SamlIdpOptions } from './saml.ts';

const COOKIE = 'demo_idp_session';
const PARAMETERS = ['SAMLRequest', 'SAMLResponse', 'RelayState', 'SigAlg', 'Signature'];

interface IdpSession {
  readonly email: string;
  readonly authenticatedAt: Date;
  /** SessionIndex: names this session to service providers. */
  readonly index: string;
  /** Entity ids of the service providers that were told of it. */
  readonly participants: Set<string>;
}

/** The demo identity provider as an Express application; `url` is its own origin, `gateway` the one it answers. */
export function demoIdp(options: SamlIdpOptions): express.Express {
  const { url } = options;
  const people = new People();
  const sessions = new Map<string, IdpSession>();
  const saml = new SamlIdp(options);
  const samlLogout = new SamlLogout(options);
  /** Sign-outs under way, by the cookie: who was asked last, and who is still to be asked. */
  const leaving = new Map<string, { asked: string; readonly next: Participant[] }>();
  const oidc = openIdProvider({ ...options, people });
  const app = express();
  app.disable('x-powered-by');
  app.use('/oidc', oidc.callback());
  app.use(express.urlencoded({ extended: false, limit: '64kb' }), express.json({ limit: '64kb' }));

  const sessionOf = (request: express.Request) => sessions.get(cookie(request, COOKIE) ?? '');

  function signIn(request: express.Request, response: express.Response): IdpSession {
    const person = people.find(request.body?.person);
    if (!person) throw new RequestRefused('Choose one of the people.');
    const id = randomBytes(32).toString('base64url');
    const index = `_${randomBytes(16).toString('hex')}`;
    const session = { email: person.email, authenticatedAt: new Date(), index, participants: new Set<string>() };
    sessions.set(id, session);
    response.cookie(COOKIE, id, { httpOnly: true, sameSite: 'lax', path: '/' });
    return session;
  }

  async function postBack(response: express.Response, query: RedirectQuery, person: DemoPerson, session: IdpSession) {
    const asked = await saml.readRequest(query);
    session.participants.add(asked.audience);
    const nonce = randomBytes(16).toString('base64');
    response.set(
      'Content-Security-Policy',
      `default-src 'none'; style-src 'unsafe-inline'; script-src 'nonce-${nonce}'`,
    );
    response.send(postBackPage(asked, await saml.respond(asked, person, session, new Date()), nonce));
  }

  /** Leads to the next service provider that this browser is signed in at, and home after the last. */
  async function leave(id: string, response: express.Response): Promise<void> {
    const under = leaving.get(id);
    for (let next = under?.next.shift(); under && next; next = under.next.shift()) {
      const location = await samlLogout.request(next).catch(() => undefined);
      under.asked = next.entityId;
      if (location) return response.redirect(303, location);
    }
    leaving.delete(id);
    response.clearCookie(COOKIE).redirect(303, '/');
  }

  app.get('/readyz', (_request, response) => void response.send('ready'));
  app.get('/', (request, response) => {
    response.send(homePage(people.all(), people.find(sessionOf(request)?.email), url));
  });
  app.post('/logout', async (request, response) => {
    const id = cookie(request, COOKIE) ?? '';
    const { email = '', index = '', participants = [] } = sessions.get(id) ?? {};
    sessions.delete(id);
    const next = [...participants].map((entityId) => ({ entityId, email, sessionIndex: index }));
    leaving.set(id, { asked: '', next });
    await leave(id, response);
  });

  app.get('/saml/metadata', (_request, response) => {
    response.type('application/samlmetadata+xml').send(saml.metadata());
  });
  app.get('/saml/sso', async (request, response) => {
    const query = parameters(request.query);
    const asked = await saml.readRequest(query);
    const session = sessionOf(request);
    const person = people.find(session?.email);
    if (session && person && !asked.forceAuthn) return postBack(response, query, person, session);
    response.send(loginPage({ people: people.all(), action: '/saml/sso', hidden: query, forced: asked.forceAuthn }));
  });
  app.post('/saml/sso', async (request, response) => {
    const session = signIn(request, response);
    const person = people.find(session.email);
    if (person) await postBack(response, parameters(request.body), person, session);
  });
  app.get('/saml/slo', async (request, response) => {
    const id = cookie(request, COOKIE) ?? '';
    const query = parameters(request.query);
    if (query['SAMLResponse'] !== undefined) {
      await samlLogout.checkResponse(query, leaving.get(id)?.asked ?? '');
      return leave(id, response);
    }
    const { email, answer } = await samlLogout.readRequest(query);
    if (sessions.get(id)?.email === email) sessions.delete(id);
    response.clearCookie(COOKIE).redirect(303, answer);
  });

  app.get('/oidc-login/:uid', async (request, response) => {
    const { prompt } = await oidc.interactionDetails(request, response);
    response.send(
      loginPage({
        people: people.all(),
        action: request.path,
        hidden: {},
        forced: prompt.reasons.includes('max_age') || prompt.reasons.includes('login_prompt'),
      }),
    );
  });
  app.post('/oidc-login/:uid', async (request, response) => {
    const { email } = signIn(request, response);
    await oidc.interactionFinished(request, response, { login: { accountId: email } });
  });

  app.get('/demo/people', (_request, response) => void response.json(people.all()));
  app.post('/demo/people', (request, response) => {
    if (!loopback(request.socket.remoteAddress) || !request.is('application/json'))
      return void response.sendStatus(403);
    const person = people.change(request.body.email, valueLists(request.body.attributes));
    if (person) response.json(person);
    else response.status(404).json({ error: 'There is no demo person with this e-mail.' });
  });

  app.use(((error: unknown, _request, response, next) => {
    if (response.headersSent) return next(error);
    const refused = error instanceof RequestRefused;
    if (!refused) console.error(error);
    response.status(refused ? 400 : 500).send(problemPage(refused ? error.message : 'Something failed; see the log.'));
  }) satisfies express.ErrorRequestHandler);
  return app;
}

function parameters(source: unknown): RedirectQuery {
  const values = typeof source === 'object' && source !== null ? new Map(Object.entries(source)) : new Map();
  return Object.fromEntries(
    PARAMETERS.map((name) => [name, typeof values.get(name) === 'string' ? String(values.get(name)) : undefined]),
  );
}

function cookie(request: express.Request, name: string): string | undefined {
  const pairs = (request.headers.cookie ?? '').split(/; */).map((pair) => pair.split('='));
  return pairs.find(([key]) => key === name)?.[1];
}

function loopback(address: string | undefined): boolean {
  const plain = address?.replace(/^::ffff:/, '') ?? '';
  return plain === '::1' || (isIP(plain) === 4 && plain.startsWith('127.'));
}

function valueLists(attributes: unknown): Record<string, readonly string[]> {
  const entries = typeof attributes === 'object' && attributes !== null ? Object.entries(attributes) : [];
  return Object.fromEntries(
    entries.map(([name, value]) => [name, (Array.isArray(value) ? value : [value]).map(String)]),
  );
}
