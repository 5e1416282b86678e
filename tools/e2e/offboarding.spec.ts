import { fileURLToPath } from 'node:url';
import { API_VERSION } from '@rolecall/org-config';
import type { OrganizationDocument } from '@rolecall/org-config';
import { newOrganizationToken, sha256 } from '@rolecall/persistence';
import { seedOrganization, testDatabase } from '@rolecall/persistence/testing';
import { TestIdp } from '@rolecall/saml/testing';
import { startServer } from '../bench/measure.ts';
import { freePort } from '../system/ports.ts';
import { OidcClient } from './oidc-client.ts';

/** Gateways that serve the user's requests at the same time. */
const GATEWAYS = 4;
/** How long it may take from the request to the effect. */
const EFFECT_MS = 1_000;
/** How long the requests go on after it. */
const AFTER_MS = 2_000;
const LONG = 240_000;
const CALLBACK = 'https://app.example/callback';
/** Of an application behind a proxy. */
const ORIGIN = 'https://grafana.example';

const DOCUMENT: OrganizationDocument = {
  apiVersion: API_VERSION,
  kind: 'Organization',
  metadata: { name: 'acme' },
  spec: {
    scopes: { 'account/main': {} },
    identityProviders: { okta: { type: 'saml', metadata: { url: 'https://idp.example/metadata' } } },
    applications: {
      app: { type: 'oidc', redirectUris: [CALLBACK] },
      grafana: { type: 'forward-auth', origins: [ORIGIN] },
    },
  },
};

const ASKED: readonly Request['of'][] = ['session', 'verify', 'userinfo', 'introspection', 'refresh'];

interface Request {
  readonly sentAt: number;
  /** What was asked: the session, by a proxy, or what an application has of it. */
  readonly of: 'session' | 'verify' | 'userinfo' | 'introspection' | 'refresh';
  readonly authorised: boolean;
}

test(
  `a user who is deactivated is let in by none of ${GATEWAYS} gateways that serve its requests meanwhile`,
  async () => {
    const db = await testDatabase();
    const stops: (() => Promise<void>)[] = [db.drop];
    try {
      const { cookie, proxied, userId, organizationId } = await signedIn(db.database);
      const env = {
        NODE_ENV: 'production',
        DATABASE_URL: db.url,
        ROLECALL_MASTER_KEY: db.masterKey.toString('base64'),
        ROLECALL_LOG_LEVEL: 'warn',
        ROLECALL_RATE_LIMITS: 'off',
      };
      const start = async (app: string, urlName: string) => {
        const port = await freePort();
        const url = `http://localhost:${port}`;
        const script = fileURLToPath(new URL(`../../apps/${app}/dist/main.js`, import.meta.url));
        const server = await startServer({
          script,
          env: { ...env, PORT: String(port), [urlName]: url },
          readyUrl: `${url}/readyz`,
        });
        stops.unshift(() => server.stop());
        return url;
      };
      const admin = await start('admin-api', 'ROLECALL_ADMIN_URL');
      const gateways: string[] = [];
      for (let n = 0; n < GATEWAYS; n += 1) gateways.push(await start('auth-gateway', 'ROLECALL_GATEWAY_URL'));
      const created = await db.database.apiTokens.create({
        name: 'offboarding',
        rights: ['users.write'],
        expiresAt: undefined,
        now: new Date(),
      });

      let end = Number.POSITIVE_INFINITY;
      const seen = gateways.map((): Request[] => []);
      const running = gateways.map(async (gateway, index) => {
        // an application of its own sign-in at each gateway, which goes round: a refresh token is used once
        const client = new OidcClient(gateway, 'acme.app', CALLBACK);
        let tokens = await client.signIn(cookie);
        const asks: Readonly<Record<Request['of'], () => Promise<boolean>>> = {
          session: async () => (await fetch(`${gateway}/session`, { headers: { cookie } })).ok,
          verify: async () => (await fetch(`${gateway}/auth/verify`, { headers: proxied })).ok,
          userinfo: () => client.knowsUser(tokens.access_token),
          introspection: () => client.isActive(tokens.refresh_token),
          refresh: async () => {
            const refreshed = await client.refresh(tokens.refresh_token);
            tokens = refreshed ?? tokens;
            return refreshed !== undefined;
          },
        };
        while (performance.now() < end) {
          for (const of of ASKED) {
            const sentAt = performance.now();
            seen[index]?.push({ sentAt, of, authorised: await asks[of]() });
          }
        }
      });
      while (seen.some((requests) => requests.length < 20)) await Promise.race([...running, fetch(`${admin}/healthz`)]);
      const answer = await fetch(`${admin}/v1/organizations/acme/users/${userId}/deactivate`, {
        method: 'POST',
        headers: { authorization: `Bearer ${created.token}` },
      });
      const answeredAt = performance.now();
      end = answeredAt + AFTER_MS;
      await Promise.all(running);

      expect(answer.status).toBe(200);
      const { receipt } = (await answer.json()) as { receipt: Record<string, number> };
      expect(receipt).toMatchObject({ sessionsEnded: 1, applicationsEnded: GATEWAYS, forwardAuthEnded: 1 });
      expect(receipt['milliseconds']).toBeLessThan(EFFECT_MS);
      for (const requests of seen) {
        expect(requests.slice(0, ASKED.length).map(({ authorised }) => authorised)).toEqual(ASKED.map(() => true));
        // the commit came before the answer: whatever was sent after it is refused, not only what is sent a second later
        const after = requests.filter(({ sentAt }) => sentAt > answeredAt);
        expect(new Set(after.map(({ of }) => of))).toEqual(new Set(ASKED));
        expect(after.filter(({ authorised }) => authorised)).toEqual([]);
      }
      expect(await db.database.users.find(organizationId, userId, new Date())).toMatchObject({ status: 'disabled' });
    } finally {
      for (const stop of stops) await stop();
    }
  },
  LONG,
);

async function signedIn(database: Awaited<ReturnType<typeof testDatabase>>['database']) {
  const { id: organizationId } = await seedOrganization(database, DOCUMENT, { metadataXml: new TestIdp().metadata() });
  const { value, hash: tokenHash } = newOrganizationToken(organizationId);
  const now = new Date();
  const expiresAt = new Date(now.getTime() + 3_600_000);
  const subject = { identityProvider: 'okta', nameId: { value: 'eve', format: 'persistent' } };
  const userId = await database.inOrganization(organizationId, async (tx) => {
    const { user } = await tx.createUser(subject, { email: 'eve@acme.example' }, {}, now);
    const session = { tokenHash, userId: user.userId, subject, sessionIndex: undefined, announcement: undefined };
    await tx.openSession({ ...session, openedAt: now, expiresAt, idleSeconds: 3_600 });
    return user.userId;
  });
  const proxied = await behindProxy(database, organizationId, tokenHash);
  return { cookie: `rolecall_session=${value}`, proxied, userId, organizationId };
}

/** What the proxy of an application sends that the user has opened. */
async function behindProxy(
  { forward }: Awaited<ReturnType<typeof testDatabase>>['database'],
  organizationId: string,
  sessionHash: Buffer,
) {
  const now = new Date();
  const [handle, token] = [newOrganizationToken(organizationId), newOrganizationToken(organizationId)];
  const parts = { organizationId, origin: ORIGIN, handleHash: handle.hash, flowHash: sha256('flow'), now };
  await forward.begin({ ...parts, sessionHash, expiresAt: new Date(now.getTime() + 60_000) });
  await forward.take({ ...parts, tokenHash: token.hash, traceId: 'trace' });
  return {
    'x-forwarded-proto': 'https',
    'x-forwarded-host': new URL(ORIGIN).host,
    cookie: `__Host-rolecall_forward=${token.value}`,
  };
}
