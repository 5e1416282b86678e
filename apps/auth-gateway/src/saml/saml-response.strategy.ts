import { Inject, Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { CLOCK, type Clock } from '@rolecall/platform';
import { HardenedSamlStrategy, type SamlStrategyOptions, type VerifiedAssertion } from '@rolecall/saml';
import type { Request } from 'express';
import { CONFIG, type Config } from '../config.ts';
import type { SamlTarget } from '../organizations/saml-target.ts';

/** A POST at the ACS once its path was resolved; `user` is set by Passport after every check passed. */
export interface AcsRequest extends Request {
  samlTarget?: SamlTarget;
}

/** Nest's mixin registers the strategy with Passport and calls `validate` with what was verified. */
const RegisteredStrategy: new (options: SamlStrategyOptions) => HardenedSamlStrategy = PassportStrategy(
  HardenedSamlStrategy,
  'saml',
);

/**
 * Verifies the response at an ACS. It holds nothing of a request: the connection comes from the request
 * itself, by its path, and what it hands on is the VERIFIED assertion.
 */
@Injectable()
export class SamlResponseStrategy extends RegisteredStrategy {
  constructor(@Inject(CLOCK) clock: Clock, @Inject(CONFIG) { samlVerifier: verifier }: Config) {
    super({ clock, verifier, connectionOf: async (request) => targetOf(request).connection(clock()) });
  }

  validate(_request: AcsRequest, assertion: VerifiedAssertion): VerifiedAssertion {
    return assertion;
  }
}

function targetOf(request: object): SamlTarget {
  const { samlTarget } = request as AcsRequest;
  if (!samlTarget) throw new Error('the guard resolves the path before Passport runs');
  return samlTarget;
}
