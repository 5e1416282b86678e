import { type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import { traceOf } from '@rolecall/platform';
import type { Response } from 'express';
import { SamlError } from '@rolecall/saml';
import { RateLimits } from '../limits/rate-limits.ts';
import type { Attempt } from '../login/login-wish.ts';
import { LoginOutcomes } from '../login/login-outcomes.ts';
import { Organizations } from '../organizations/organizations.ts';
import type { SamlTarget } from '../organizations/saml-target.ts';
import { unverifiedInResponseTo } from './unverified-in-response-to.ts';
import type { AcsRequest } from './saml-response.strategy.ts';
import { UnknownKeys } from './unknown-keys.ts';

/** Lets a request to an ACS through only with a verified assertion; every refusal is recorded first. */
@Injectable()
export class SamlResponseGuard extends AuthGuard('saml') {
  constructor(
    @Inject(Organizations) private readonly organizations: Organizations,
    @Inject(LoginOutcomes) private readonly outcomes: LoginOutcomes,
    @Inject(RateLimits) private readonly limits: RateLimits,
    @Inject(UnknownKeys) private readonly unknownKeys: UnknownKeys,
  ) {
    super();
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const request = http.getRequest<AcsRequest>();
    const target = await this.organizations.samlTarget(request.params);
    request.samlTarget = target;
    const attempt = attemptOf(request);
    const connection = `${target.organization.id}/${target.identityProvider.name}`;
    const isAwaited = () => this.outcomes.isAwaited(target, attempt);
    await this.limits.passAnswer(connection, attempt.inResponseTo, http.getResponse<Response>(), isAwaited);
    return this.outcomes.recorded(target, attempt, () => this.verified(context, target));
  }

  /** A signature by no known key may be by one that is new: asks what keys there are now, and verifies the same again. */
  private async verified(context: ExecutionContext, target: SamlTarget): Promise<boolean> {
    try {
      return (await super.canActivate(context)) === true;
    } catch (error) {
      if (!(error instanceof SamlError) || error.code !== 'signature_invalid') throw error;
      const request = context.switchToHttp().getRequest<AcsRequest>();
      const renewed = await this.unknownKeys.otherKeys(target, request.params);
      if (renewed === undefined) throw error;
      request.samlTarget = renewed;
      return (await super.canActivate(context)) === true;
    }
  }
}

/** What a request at the ACS says of itself, unverified: only used to name its refusal. */
export function attemptOf(request: AcsRequest): Attempt {
  return { traceId: traceOf(request).traceId, mode: 'login', inResponseTo: unverifiedInResponseTo(request.body) };
}
