import { type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import { traceOf } from '@rolecall/platform';
import { RateLimits } from '../limits/rate-limits.ts';
import type { Attempt } from '../login/login-wish.ts';
import { Logins } from '../login/logins.ts';
import { Organizations } from '../organizations/organization.ts';
import { claimedRequest } from './claimed-request.ts';
import type { Response } from 'express';
import type { AcsRequest } from './saml-response.strategy.ts';

/** Lets a request to an ACS through only with a verified assertion; every refusal is recorded first. */
@Injectable()
export class SamlResponseGuard extends AuthGuard('saml') {
  constructor(
    @Inject(Organizations) private readonly organizations: Organizations,
    @Inject(Logins) private readonly logins: Logins,
    @Inject(RateLimits) private readonly limits: RateLimits,
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
    const isAwaited = () => this.logins.isAwaited(target, attempt);
    await this.limits.passAnswer(connection, attempt.answers, http.getResponse<Response>(), isAwaited);
    return this.logins.recorded(target, attempt, async () => (await super.canActivate(context)) === true);
  }
}

/** What a request at the ACS says of itself, unverified: only used to name its refusal. */
export function attemptOf(request: AcsRequest): Attempt {
  return { traceId: traceOf(request).traceId, mode: 'login', answers: claimedRequest(request.body) };
}
