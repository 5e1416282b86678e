// A gateway process on a database of its own, with one organization, and the browser's side of a SAML login.
import { fileURLToPath } from 'node:url';
import { inflateRawSync } from 'node:zlib';
import { API_VERSION, type OrganizationDocument, type SamlIdentityProvider } from '@rolecall/org-config';
import { seedOrganization, testDatabase } from '@rolecall/persistence/testing';
import { TestIdp } from '@rolecall/saml/testing';
import type { Pool } from 'undici';
import { freePort } from '../system/ports.ts';
import { startServer } from './measure.ts';

export const ORGANIZATION = 'bench';
export const IDENTITY_PROVIDER = 'okta';
export const OPENID_PROVIDER = 'openid';
/** Of the application behind a proxy. */
export const FORWARD_ORIGIN = 'https://app.bench.example';

/** Of the application by OpenID Connect. */
export const OIDC_CLIENT = `${ORGANIZATION}.client`;
export const OIDC_CALLBACK = 'https://client.bench.example/callback';

/** The OpenID provider of the organization, where the benchmark needs one. */
export interface BenchOpenIdProvider {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** 10 attributes with 29 values, 20 of them groups: the sample of the peers' measurements. */
export function attributes(person: number): Record<string, string | string[]> {
  return {
    email: `person${person}@bench.example`,
    firstName: 'Pat',
    lastName: `Person ${person}`,
    displayName: `Pat Person ${person}`,
    department: 'Engineering',
    title: 'Engineer',
    location: 'Lisbon',
    costCenter: '4711',
    role_mapping: ['engineering'],
    groups: Array.from({ length: 20 }, (_, i) => `team-${(person + i) % 60}`),
  };
}

const samlIdp = {
  type: 'saml',
  displayName: 'Okta',
  metadata: { url: 'https://idp.bench.example/metadata' },
  attributes: { givenName: 'firstName', familyName: 'lastName' },
} as const;

const documentWith = (settings: Partial<SamlIdentityProvider>): OrganizationDocument => ({
  apiVersion: API_VERSION,
  kind: 'Organization',
  metadata: { name: ORGANIZATION },
  spec: {
    scopes: { 'account/main': {}, 'project/shop': { parent: 'account/main' } },
    roles: { developer: { permissions: ['code.write'] } },
    groups: { 'team/dev': {} },
    identityProviders: {
      [IDENTITY_PROVIDER]: { ...samlIdp, ...settings },
    },
    applications: {
      app: { type: 'forward-auth', origins: [FORWARD_ORIGIN] },
      client: { type: 'oidc', redirectUris: [OIDC_CALLBACK] },
    },
    authorization: {
      mappingRoles: { engineering: { grants: { 'account/main': ['developer'] } } },
      rules: Array.from({ length: 20 }, (_, i) => ({
        name: `team-${i}`,
        when: { attribute: 'groups', equals: `team-${i}` },
        ...(i % 2 === 0 ? { grants: { 'project/shop': ['member'] } } : { groups: ['team/dev'] }),
      })),
    },
  },
});

export interface GatewayOptions {
  /** Goes before what the benchmarks set. */
  readonly env?: Readonly<Record<string, string>>;
  readonly idp?: TestIdp;
  /** Default: the identity provider's own. */
  readonly metadataXml?: string;
  /** Of the one identity provider, beside what the benchmarks declare. */
  readonly settings?: Partial<SamlIdentityProvider>;
  /** Stands beside the SAML one. */
  readonly openId?: BenchOpenIdProvider;
}

export interface BenchGateway {
  readonly pid: number;
  readonly url: string;
  readonly idp: TestIdp;
  readonly databaseUrl: string;
  readonly ownerUrl: string;
  stop(): Promise<void>;
}

/** The document with an OpenID provider beside the SAML one. */
function withOpenId(
  organization: OrganizationDocument,
  { issuer, clientId }: BenchOpenIdProvider,
): OrganizationDocument {
  const openId = { type: 'oidc', issuer, clientId, clientSecret: { fromEnv: 'BENCH_SECRET' } } as const;
  const identityProviders = { ...organization.spec.identityProviders, [OPENID_PROVIDER]: openId };
  return { ...organization, spec: { ...organization.spec, identityProviders } };
}

export async function startGateway(options: GatewayOptions = {}): Promise<BenchGateway> {
  const { env = {}, idp = new TestIdp(), metadataXml = idp.metadata(), settings = {}, openId } = options;
  const db = await testDatabase();
  const organization = documentWith(settings);
  await seedOrganization(db.database, openId ? withOpenId(organization, openId) : organization, {
    metadataXml,
    clientSecrets: openId ? { [OPENID_PROVIDER]: openId.clientSecret } : {},
  });
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const server = await startServer({
    script: fileURLToPath(new URL('../../apps/auth-gateway/dist/main.js', import.meta.url)),
    env: {
      NODE_ENV: 'production',
      DATABASE_URL: db.url,
      ROLECALL_MASTER_KEY: db.masterKey.toString('base64'),
      ROLECALL_GATEWAY_URL: url,
      PORT: String(port),
      ROLECALL_LOG_LEVEL: 'warn',
      ROLECALL_OUTBOUND_ALLOW: openId?.issuer ?? '',
      ROLECALL_RATE_LIMITS: 'off', // the load comes from one address
      ...env,
    },
    readyUrl: `${url}/readyz`,
  });
  return {
    pid: server.pid,
    url,
    idp,
    databaseUrl: db.url,
    ownerUrl: db.ownerUrl,
    stop: async () => {
      await server.stop();
      await db.drop();
    },
  };
}

/** The first half: GET …/login; gives what the IdP is asked and the cookie of the flow. */
export async function startLogin(pool: Pool): Promise<{ requestId: string; relayState: string; cookie: string }> {
  const response = await pool.request({ method: 'GET', path: `/saml/${ORGANIZATION}/${IDENTITY_PROVIDER}/login` });
  await response.body.dump();
  const location = new URL(header(response.headers['location']));
  const request = inflateRawSync(Buffer.from(location.searchParams.get('SAMLRequest') ?? '', 'base64')).toString(
    'utf8',
  );
  const requestId = /\bID="([^"]+)"/.exec(request)?.[1];
  if (requestId === undefined) throw new Error('no AuthnRequest came back');
  return {
    requestId,
    relayState: location.searchParams.get('RelayState') ?? '',
    cookie: cookiesOf(response.headers['set-cookie']),
  };
}

/** The second half: POST to the ACS, then GET /saml/continue; gives the session cookie. */
export async function finishLogin(
  pool: Pool,
  login: { samlResponse: string; relayState: string; cookie: string },
): Promise<string> {
  const form = new URLSearchParams({ SAMLResponse: login.samlResponse, RelayState: login.relayState }).toString();
  const posted = await pool.request({
    method: 'POST',
    path: `/saml/${ORGANIZATION}/${IDENTITY_PROVIDER}/acs`,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: form,
  });
  await posted.body.dump();
  if (posted.statusCode !== 303) throw new Error(`the ACS answered ${posted.statusCode}`);
  const next = new URL(header(posted.headers['location']), 'http://localhost');
  const continued = await pool.request({
    method: 'GET',
    path: next.pathname + next.search,
    headers: { cookie: login.cookie },
  });
  await continued.body.dump();
  const session = cookiesOf(continued.headers['set-cookie']);
  if (!session.includes('session'))
    throw new Error(`/saml/continue answered ${continued.statusCode} without a session`);
  return session;
}

export const header = (value: string | string[] | undefined): string => (Array.isArray(value) ? value[0] : value) ?? '';

export const cookiesOf = (value: string | string[] | undefined): string =>
  (Array.isArray(value) ? value : [value ?? '']).map((cookie) => cookie.split(';')[0]).join('; ');
