import { AbstractStrategy, MultiSamlStrategy } from '@node-saml/passport-saml';

import type { VerifiedAssertion } from '../assertion.ts';
import type { SamlConnection } from '../connection.ts';
import { SAML_ERROR_CODES } from '../error-codes.ts';
import { SamlError } from '../errors.ts';
import type { VerifierName } from '../response/signature-verifier.ts';
import { acsForm, type AcsRequest } from './acs-form.ts';
import { HardenedSaml } from './hardened-saml.ts';

/** Where the strategy finds the connection that a request is for, by its path only. */
export interface SamlStrategyOptions {
  /** Passport's name of the strategy; default `saml`. */
  readonly name?: string;
  /** A rejection (unknown organization or IdP) reaches Passport's error path as it is. */
  connectionOf(req: AcsRequest): Promise<SamlConnection>;
  /** Default: the system clock. */
  readonly clock?: () => Date;
  /** Which engine verifies the signatures. Default: strict. */
  readonly verifier?: VerifierName;
}

/** Ends the authentication: an error, a user, or neither (refused with `info`). */
export type VerifiedCallback = (error: Error | null, user?: object | false, info?: object) => void;

/** Receives what the IdP asserts, verified; the one-time store has not been asked yet. */
export type SignOnVerify = {
  verify(req: AcsRequest, assertion: VerifiedAssertion, done: VerifiedCallback): void;
}['verify'];

/**
 * passport-saml's strategy for the assertion consumer service and nothing else (rule G1): it answers one POSTed
 * Response, by success or by an error. It never starts a login, never logs out, never passes, never redirects; so a
 * guard that lets a request through has a verified user.
 *
 * With Nest: `PassportStrategy(HardenedSamlStrategy, 'saml')` and either `super(options)`, where Nest's
 * `validate(req, assertion)` is the verify function, or `super(options, verify)`.
 */
export class HardenedSamlStrategy extends MultiSamlStrategy {
  private readonly samlOptions: SamlStrategyOptions;
  private readonly verify: SignOnVerify;

  constructor(options: SamlStrategyOptions, verify: SignOnVerify);
  /** For Nest, which appends its `validate` to what it is given: with a `verify` of its own there, `validate` is unused. */
  constructor(options: SamlStrategyOptions, verify: SignOnVerify, unusedCallback: (...args: unknown[]) => void);
  constructor(options: SamlStrategyOptions, verify: SignOnVerify) {
    const unused = () => undefined;
    super(
      {
        name: options.name ?? 'saml',
        passReqToCallback: true,
        // what passport-saml would do with its own options (logout, metadata) is not offered here
        getSamlOptions: (_req, callback) => callback(error('not_supported')),
      },
      unused,
      unused,
    );
    this.samlOptions = options;
    this.verify = verify;
  }

  override authenticate(req: AcsRequest, options: object = {}): void {
    this.answer(req, options).catch((failure: Error) => this.error(failure));
  }

  private async answer(req: AcsRequest, options: object): Promise<void> {
    const form = acsForm(req);
    const connection = await this.samlOptions.connectionOf(req);
    const saml = new HardenedSaml(connection, this.samlOptions.clock ?? (() => new Date()), this.samlOptions.verifier);
    const refuseOther = () => this.error(error('login_not_restarted'));
    const self = Object.assign(Object.create(this) as this, {
      _saml: saml,
      pass: refuseOther,
      redirect: refuseOther,
      _signonVerify: (_clean: unknown, _profile: unknown, done: VerifiedCallback) => {
        if (saml.verified === undefined) done(error('not_supported'));
        else this.verify(req, saml.verified, done);
      },
    });
    AbstractStrategy.prototype.authenticate.call(self, cleanRequest(form), { ...options });
  }
}

/** All that passport-saml gets to see of the request. */
function cleanRequest(form: object): Parameters<AbstractStrategy['authenticate']>[0] {
  return { query: {}, body: form } as Parameters<AbstractStrategy['authenticate']>[0];
}

function error(code: 'not_supported' | 'login_not_restarted'): SamlError {
  return new SamlError(code, SAML_ERROR_CODES[code].sentence);
}
