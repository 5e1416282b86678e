import type { OidcConnection } from '../connection.ts';
import { startAuthorization } from '../authorization/start-authorization.ts';
import type { PendingAuthorization } from '../authorization/complete-authorization.ts';
import { OidcProviders } from '../discovery/providers.ts';
import { OidcError } from '../errors.ts';
import type { VerifiedIdToken } from '../id-token.ts';
import { verifyLogoutToken } from '../logout/verify-logout-token.ts';
import { HardenedOidcStrategy } from '../strategy/hardened-oidc-strategy.ts';
import type { Misbehaviour } from './misbehaviour.ts';
import { TestOpenIdProvider } from './test-open-id-provider.ts';

/** One row of `cases/`: a login at a provider that misbehaves in one way, and what must come of it. */
export interface OidcCase {
  readonly title: string;
  readonly source: string;
  /** How the connection differs from the plain one. */
  readonly connection?: Partial<OidcConnection>;
  /** How the connection was changed between the start and the callback. */
  readonly meanwhile?: Partial<OidcConnection>;
  readonly misbehaviour: Misbehaviour;
  readonly expect:
    | { readonly code: string }
    | {
        readonly accept: true;
        readonly emailVerified?: boolean | 'unsaid';
        readonly facts?: Readonly<Record<string, readonly string[] | null>>;
      };
}

const STATE = 'state-of-the-test';

/** A login from discovery to the strategy's answer: the verified token, or the code of the refusal. */
export async function runCase({ misbehaviour, ...differs }: OidcCase, now: Date): Promise<VerifiedIdToken | string> {
  const provider = new TestOpenIdProvider({ clock: () => now });
  provider.misbehaviour = misbehaviour;
  const providers = new OidcProviders({ transport: provider.transport, allowHttp: false });
  const connection = { ...connectionTo(provider), ...differs.connection };
  try {
    const metadata = await providers.metadata(connection.provider, now);
    const started = startAuthorization(connection, metadata, STATE);
    const present = { ...connection, ...differs.meanwhile };
    const callback = provider.authorize(started.url, { sub: 'eve' });
    return await answerOf({ ...started, connection: present, startedAt: now }, providers, queryOf(callback), now);
  } catch (error) {
    if (error instanceof OidcError) return error.code;
    throw error;
  }
}

/** A row of `cases/logout-token.json`: a logout token that is wrong in one way. */
export interface LogoutTokenCase {
  readonly title: string;
  readonly source: string;
  /** Default: eve's, in no session. */
  readonly whose?: Readonly<Record<string, unknown>>;
  /** In place of a token. */
  readonly token?: string;
  readonly misbehaviour: Misbehaviour;
  readonly expect: { readonly code: string } | { readonly accept: true; readonly sub?: string; readonly sid?: string };
}

export async function runLogoutTokenCase(
  { whose = { sub: 'eve' }, token, misbehaviour }: LogoutTokenCase,
  now: Date,
): Promise<LogoutTokenCase['expect']> {
  const provider = new TestOpenIdProvider({ clock: () => now });
  provider.misbehaviour = misbehaviour;
  const providers = new OidcProviders({ transport: provider.transport, allowHttp: false });
  const unverifiedLogoutToken = token ?? provider.logoutToken(whose);
  try {
    const verified = await verifyLogoutToken({
      unverifiedLogoutToken,
      connection: connectionTo(provider),
      providers,
      now,
    });
    const { sub, sid } = verified;
    return { accept: true, ...(sub === undefined ? {} : { sub }), ...(sid === undefined ? {} : { sid }) };
  } catch (error) {
    if (error instanceof OidcError) return { code: error.code };
    throw error;
  }
}

/** What the strategy says of a callback, as Passport would hear it. */
export function answerOf(
  pending: PendingAuthorization,
  providers: OidcProviders,
  query: Readonly<Record<string, unknown>>,
  now: Date,
): Promise<VerifiedIdToken> {
  return new Promise((resolve, reject) => {
    const strategy = new HardenedOidcStrategy(
      { returnedOf: async () => ({ ...pending, answer: query }), providers, clock: () => now },
      (_request, token, done) => done(null, token),
    );
    const never = (what: string) => () => reject(new Error(`the strategy wanted to ${what}`));
    Object.assign(strategy, {
      success: resolve,
      error: reject,
      fail: never('fail'),
      pass: never('pass'),
      redirect: never('redirect'),
    });
    strategy.authenticate({});
  });
}

export function connectionTo({ issuer, clientId, clientSecret: secret }: TestOpenIdProvider): OidcConnection {
  const redirectUri = 'https://sso.example.com/oidc/callback';
  return { id: 'organization/google', provider: { issuer }, clientId, credentials: { secret }, redirectUri };
}

/** The query as Express's simple parser gives it: a repeated parameter is a list. */
export function queryOf(callback: URL): Record<string, unknown> {
  const names = new Set(callback.searchParams.keys());
  return Object.fromEntries(
    [...names].map((name) => {
      const values = callback.searchParams.getAll(name);
      return [name, values.length === 1 ? values[0] : values];
    }),
  );
}
