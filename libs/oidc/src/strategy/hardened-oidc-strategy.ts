import OpenIDConnectStrategy from 'passport-openidconnect';
import {
  completeAuthorization,
  type PendingAuthorization,
  type ReturnedAuthorization,
} from '../authorization/complete-authorization.ts';
import type { OidcProviders } from '../discovery/providers.ts';
import { OIDC_ERROR_CODES } from '../error-codes.ts';
import { OidcError } from '../errors.ts';
import type { VerifiedIdToken } from '../id-token.ts';

export interface OidcStrategyOptions {
  /** The login that the request's state names; already consumed, for this browser. A rejection goes on as it is. */
  returnedOf(req: object): Promise<ReturnedAuthorization>;
  readonly providers: OidcProviders;
  readonly clock: () => Date;
}

/** Ends the authentication: an error, a user, or neither (refused with `info`). */
export type VerifiedCallback = (error: Error | null, user?: object | false, info?: object) => void;

/** Receives what the provider asserts, verified. */
export type OnVerifiedIdToken = {
  verify(req: object, token: VerifiedIdToken, done: VerifiedCallback): void;
}['verify'];

/** Filled per login; the registered strategy itself can reach nobody. */
const PER_LOGIN = 'https://per-login.invalid';

/**
 * passport-openidconnect's strategy for the callback and nothing else: it answers by success or by an error; it never
 * starts a login, never passes, never redirects. By itself it checks no signature, and some answers crash it (docs/decisions
 * 0012), so everything is verified before it sees anything, and what it sees is a stand-in made of verified values.
 *
 * With Nest: `PassportStrategy(HardenedOidcStrategy, 'oidc')`, where Nest's `validate(req, token)` is the verify function.
 */
export class HardenedOidcStrategy extends OpenIDConnectStrategy {
  private readonly oidcOptions: OidcStrategyOptions;
  private readonly verify: OnVerifiedIdToken;

  constructor(options: OidcStrategyOptions, verify: OnVerifiedIdToken) {
    super(
      {
        issuer: PER_LOGIN,
        authorizationURL: PER_LOGIN,
        tokenURL: PER_LOGIN,
        userInfoURL: PER_LOGIN,
        callbackURL: PER_LOGIN,
        clientID: PER_LOGIN,
        clientSecret: PER_LOGIN,
        skipUserProfile: true,
      },
      (_issuer: string, _profile: object, done: VerifiedCallback) => done(refusal()),
    );
    this.oidcOptions = options;
    this.verify = verify;
  }

  override authenticate(req: object): void {
    this.answer(req).catch((failure: Error) => this.error(failure));
  }

  private async answer(req: object): Promise<void> {
    const { oidcOptions: options } = this;
    const now = options.clock();
    const pending = await options.returnedOf(req);
    const verified = await completeAuthorization(pending.answer, pending, options.providers, now);
    const refuseOther = () => this.error(refusal());
    const self = Object.assign(Object.create(this) as this, {
      _issuer: verified.issuer,
      _oauth2: standIn(verified, pending, now),
      _stateStore: { verify: (_req: unknown, _state: unknown, done: StateFound) => done(null, pending, {}) },
      _verify: (_issuer: string, _profile: object, done: VerifiedCallback) => this.verify(req, verified, done),
      pass: refuseOther,
      redirect: refuseOther,
      fail: refuseOther,
    });
    super.authenticate.call(self, { query: { code: 'exchanged', state: 'consumed' } } as unknown as Request);
  }
}

type Request = Parameters<OpenIDConnectStrategy['authenticate']>[0];
type StateFound = (error: null, context: { readonly nonce: string }, state: object) => void;
type TokenReceived = (error: null, accessToken: string, refreshToken: undefined, params: object) => void;

/**
 * In place of the strategy's HTTP client: no request leaves by it. Its "ID token" is what the strategy needs to agree,
 * written anew from verified values; the strategy reads the system's clock without tolerance, so times are not repeated.
 */
function standIn({ issuer, sub }: VerifiedIdToken, { connection, nonce }: PendingAuthorization, now: Date): object {
  const { clientId } = connection;
  const iat = Math.floor(now.getTime() / 1_000);
  const claims = { iss: issuer, sub, aud: clientId, nonce, iat, exp: Number.MAX_SAFE_INTEGER };
  const idToken = `.${Buffer.from(JSON.stringify(claims)).toString('base64')}.`;
  return {
    _clientId: clientId,
    _authorizeUrl: PER_LOGIN,
    _accessTokenUrl: PER_LOGIN,
    getOAuthAccessToken: (_code: string, _params: object, done: TokenReceived) =>
      done(null, '', undefined, { id_token: idToken }),
  };
}

function refusal(): OidcError {
  return new OidcError('callback_invalid', OIDC_ERROR_CODES.callback_invalid.sentence);
}
