import { type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import { traceOf } from '@rolecall/platform';
import type { Attempt } from '../login/login-wish.ts';
import { Logins } from '../login/logins.ts';
import { Organizations } from '../organizations/organization.ts';
import { claimedRequest } from './claimed-request.ts';
import type { AcsRequest } from './saml-response.strategy.ts';

/** Lets a request to an ACS through only with a verified assertion; every refusal is recorded first. */
@Injectable()
export class SamlResponseGuard extends AuthGuard('saml') {
  constructor(
    @Inject(Organizations) private readonly organizations: Organizations,
    @Inject(Logins) private readonly logins: Logins,
  ) {
    super();
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<AcsRequest>();
    const target = await this.organizations.samlTarget(request.params);
    request.samlTarget = target;
    return this.logins.recorded(target, attemptOf(request), async () => (await super.canActivate(context)) === true);
  }
}

/** What a request at the ACS says of itself, unverified: only used to name its refusal. */
export function attemptOf(request: AcsRequest): Attempt {
  return { traceId: traceOf(request).traceId, mode: 'login', answers: claimedRequest(request.body) };
}
