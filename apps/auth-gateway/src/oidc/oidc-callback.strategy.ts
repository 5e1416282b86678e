import { Inject, Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { HardenedOidcStrategy, OidcProviders, type OidcStrategyOptions, type VerifiedIdToken } from '@rolecall/oidc';
import { CLOCK, type Clock } from '@rolecall/platform';
import type { Request } from 'express';
import type { ReturnedLogin } from '../login/logins.ts';

/** A request at the callback once its login was taken; `user` is set by Passport after every check passed. */
export interface CallbackRequest extends Request {
  returnedLogin?: ReturnedLogin;
}

/** Nest's mixin registers the strategy with Passport and calls `validate` with what was verified. */
const RegisteredStrategy: new (options: OidcStrategyOptions) => HardenedOidcStrategy = PassportStrategy(
  HardenedOidcStrategy,
  'oidc',
);

/**
 * Verifies the answer at the callback. It holds nothing of a request: connection, nonce and code verifier
 * come from the login that the guard took, and what it hands on is the VERIFIED ID token.
 */
@Injectable()
export class OidcCallbackStrategy extends RegisteredStrategy {
  constructor(@Inject(CLOCK) clock: Clock, @Inject(OidcProviders) providers: OidcProviders) {
    super({ clock, providers, returnedOf: async (request) => returnedLoginOf(request) });
  }

  validate(_request: CallbackRequest, token: VerifiedIdToken): VerifiedIdToken {
    return token;
  }
}

/** The login that the guard took for this request. */
export function returnedLoginOf(request: object): ReturnedLogin {
  const { returnedLogin } = request as CallbackRequest;
  if (!returnedLogin) throw new Error('the guard takes the login before Passport runs');
  return returnedLogin;
}
