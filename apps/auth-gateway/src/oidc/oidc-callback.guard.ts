import { type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import { traceOf } from '@rolecall/platform';
import { Cookies } from '../http/cookies.ts';
import { LoginOutcomes } from '../login/login-outcomes.ts';
import { Logins } from '../login/logins.ts';
import { attemptOfTaken } from '../login/returned-login.ts';
import { sha256 } from '@rolecall/persistence';
import type { CallbackRequest } from './oidc-callback.strategy.ts';

/**
 * Lets a request to the callback through only with a verified ID token. First the login that its state names is taken, for
 * this browser, once (or by the handle of an answer that was posted); nothing else is looked at before that, an error answer neither.
 */
@Injectable()
export class OidcCallbackGuard extends AuthGuard('oidc') {
  constructor(
    @Inject(Cookies) private readonly cookies: Cookies,
    @Inject(Logins) private readonly logins: Logins,
    @Inject(LoginOutcomes) private readonly outcomes: LoginOutcomes,
  ) {
    super();
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<CallbackRequest>();
    const login = await this.logins.takeReturned(request.query, {
      browserHash: sha256(this.cookies.flow(request) ?? ''),
      traceId: traceOf(request).traceId,
    });
    request.returnedLogin = login;
    const { target, taken } = login;
    return this.outcomes.recorded(
      target,
      attemptOfTaken(taken),
      async () => (await super.canActivate(context)) === true,
    );
  }
}
