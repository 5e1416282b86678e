import 'reflect-metadata';
import { generateKeyPairSync } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import type { OidcTransport } from '@rolecall/oidc';
import type { OrganizationSpec } from '@rolecall/org-config';
import type { ClientKeyPair } from '@rolecall/persistence';
import { seedOrganization, type TestDatabase } from '@rolecall/persistence/testing';
import { createLogger, mailSettings, smtpUrl } from '@rolecall/platform';
import { TEST_OTHER_KEY, TestIdp } from '@rolecall/saml/testing';
import type { Config } from '../config.ts';
import { createApp } from '../create-app.ts';
import { Background } from '../http/background.ts';
import { ownDestinations } from '../http/return-to.ts';
import { PasswordHashes } from '../passwords/password-hashes.ts';
import { Passwords } from '../passwords/passwords.ts';
import { SecondFactors } from '../second-factors/second-factors.ts';
import { TestBrowser } from './test-browser.ts';

/** What a test may change of a gateway. */
export interface TestGatewayOptions {
  readonly db: TestDatabase;
  readonly clock: () => Date;
  /** Public base URL; the app listens on a free loopback port whatever it is. Default `https://sso.example.com`. */
  readonly url?: string;
  /** Default: the test database's. */
  readonly databaseUrl?: string;
  /** The way to OpenID providers. */
  readonly oidcTransport?: OidcTransport;
  /** Origins of metadata that may be fetched from loopback. */
  readonly outboundAllow?: readonly string[];
  readonly breachedPasswordsUrl?: string | undefined;
  /** Default: strict. */
  readonly samlVerifier?: Config['samlVerifier'];
  /** Default: none. */
  readonly rateLimits?: Config['rateLimits'];
  readonly trustedProxies?: Config['trustedProxies'];
  readonly addressDays?: number;
  /** A mail server, as in `ROLECALL_SMTP_URL`. Default: none. */
  readonly smtpUrl?: string;
  /** Of an admin API. Default: where none is. */
  readonly adminUrl?: string;
}

/** TEST ONLY. A gateway over HTTP, with what it logged. */
export interface TestGateway {
  readonly url: string;
  /** Where it listens: `http://127.0.0.1:<port>`. */
  readonly address: string;
  readonly logLines: readonly string[];
  readonly passwordHashes: PasswordHashes;
  readonly passwords: Passwords;
  readonly secondFactors: SecondFactors;
  /** Every route that answers, as `POST /login/:org/password`; sorted. */
  readonly routes: readonly string[];
  /** Resolves when what is done behind answers is done. */
  settled(): Promise<void>;
  browser(): TestBrowser;
  close(): Promise<void>;
}

const MAIL_FROM = { name: 'Rolecall', address: 'sso@example.com' };

export const APPLICATION = 'https://app.example.com';

export async function startTestGateway({
  db,
  clock,
  url = 'https://sso.example.com',
  databaseUrl = db.url,
  oidcTransport,
  outboundAllow = [],
  breachedPasswordsUrl,
  samlVerifier = 'strict',
  rateLimits = 'off',
  trustedProxies = [],
  addressDays = 90,
  smtpUrl: mailServer,
  adminUrl = 'http://127.0.0.1:9',
}: TestGatewayOptions): Promise<TestGateway> {
  const logLines: string[] = [];
  const logger = createLogger({ app: 'auth-gateway', level: 'debug' }, { write: (line) => void logLines.push(line) });
  const config: Config = {
    url,
    scimUrl: 'https://scim.example.com',
    adminUrl,
    host: '127.0.0.1',
    port: 0,
    databaseUrl,
    masterKey: db.masterKey,
    previousMasterKey: undefined,
    outboundAllow,
    breachedPasswordsUrl,
    returnTo: [APPLICATION, ...ownDestinations(url)],
    samlVerifier,
    rateLimits,
    trustedProxies,
    addressDays,
    mail: mailServer === undefined ? undefined : mailSettings('auth-gateway', smtpUrl.parse(mailServer), MAIL_FROM),
    logLevel: 'debug',
    redacted: {},
  };
  const app = await createApp(config, { logger, clock, oidcTransport });
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as AddressInfo;
  const address = `http://127.0.0.1:${port}`;
  const services = {
    passwordHashes: app.get(PasswordHashes),
    passwords: app.get(Passwords),
    secondFactors: app.get(SecondFactors),
    settled: () => app.get(Background).beforeApplicationShutdown(),
  };
  const routes = routesOf(app.getHttpAdapter().getInstance() as ExpressRoutes);
  return {
    url,
    address,
    logLines,
    routes,
    ...services,
    browser: () => new TestBrowser(address),
    close: () => app.close(),
  };
}

/** The part of an Express app that holds its routes. */
interface ExpressRoutes {
  readonly router: {
    readonly stack: readonly {
      readonly route?: {
        readonly path: string | readonly string[];
        readonly methods: Readonly<Record<string, boolean>>;
      };
    }[];
  };
}

function routesOf({ router }: ExpressRoutes): readonly string[] {
  const methodsOf = new Map<string, Set<string>>();
  for (const { route } of router.stack) {
    for (const path of route ? [route.path].flat() : []) {
      const methods = methodsOf.get(path) ?? new Set();
      for (const method of Object.keys(route?.methods ?? {})) methods.add(method.toUpperCase());
      methodsOf.set(path, methods);
    }
  }
  const routes = [...methodsOf].flatMap(([path, methods]) =>
    // a handler of all methods is known by one that nothing else has
    (methods.has('M-SEARCH') ? ['ALL'] : [...methods]).map((method) => `${method} ${path}`),
  );
  return routes.sort();
}

/** Of all its OpenID providers, and of its applications by name. */
export interface OrganizationSecrets {
  readonly clientSecret?: string | undefined;
  readonly applicationSecrets?: Readonly<Record<string, string>> | undefined;
}

/**
 * Creates an organization whose SAML identity providers are all `idp`, with a key of ours where one signs; the others have
 * `clientSecret`. Returns its id.
 */
export async function createOrganization(
  db: TestDatabase,
  idp: TestIdp,
  name: string,
  spec: OrganizationSpec,
  { clientSecret, applicationSecrets, now }: OrganizationSecrets & { readonly now?: Date } = {},
): Promise<string> {
  const document = { apiVersion: 'rolecall/v1', kind: 'Organization', metadata: { name }, spec } as const;
  const declared = Object.keys(spec.identityProviders ?? {});
  const clientSecrets =
    clientSecret === undefined ? {} : Object.fromEntries(declared.map((each) => [each, clientSecret]));
  const signs = Object.values(spec.identityProviders ?? {}).some(
    (declared) => declared.type === 'saml' && (declared.signRequests === true || declared.singleLogout === true),
  );
  const metadataXml = idp.metadata();
  const signingKey = signs ? TEST_OTHER_KEY : undefined;
  const { id } = await seedOrganization(db.database, document, {
    metadataXml,
    clientSecrets,
    applicationSecrets,
    clientKeys: CLIENT_KEYS,
    signingKey,
    now,
  });
  return id;
}

/** TEST ONLY. What every OpenID provider knows us by that takes `private_key_jwt`. */
export const CLIENT_KEYS: readonly ClientKeyPair[] = [
  generateKeyPairSync('rsa', { modulusLength: 2_048 }),
  generateKeyPairSync('ec', { namedCurve: 'P-256' }),
].map(({ privateKey }) => ({ privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() }));
