import type { NestExpressApplication } from '@nestjs/platform-express';
import { asClient } from '@rolecall/persistence';
import type { IRouter, NextFunction, Request, Response } from 'express';
import { CONFIG, type Config } from '../config.ts';
import { VerifyForward } from '../forward-auth/verify.ts';
import { RateLimits } from '../limits/rate-limits.ts';
import { OpenIdProvider } from '../provider/openid-provider.ts';
import { SamlController } from '../saml/saml.controller.ts';
import { CurrentSession } from '../sessions/current-session.ts';
import { LoginController } from './login.controller.ts';

/**
 * What applications ask at each of their requests, and the two GETs of every SAML login, as Express handlers in front of Nest's
 * routes: its pipeline, and the middleware of every other route, cost more than a good part of the answers. Each has its door
 * as all have (`AppModule`), and its errors go to the app's filter. Behind `/session` and `/auth/verify`, which record nothing, every request runs as its
 * client. Call it before the app listens.
 */
export function mountDirectRoutes(app: NestExpressApplication): void {
  const express: Pick<IRouter, 'get' | 'use'> = app.getHttpAdapter().getInstance();
  const saml = app.get(SamlController);
  const logins = app.get(LoginController);
  const limits = app.get(RateLimits);
  express.get('/session', app.get(CurrentSession).answer);
  express.get('/auth/verify', app.get(VerifyForward).answer);
  if (app.get<Config>(CONFIG).addressDays > 0) express.use(toItsClient);
  const provider = app.get(OpenIdProvider);
  express.use('/op/auth', limits.door('start'));
  express.use('/op/token', limits.door('application'));
  express.use('/op', provider.answer);
  express.get('/saml/:org/:idp/login', limits.door('start'), (request: Request, response: Response) =>
    saml.login(request.params, request.query['returnTo'], request, response),
  );
  express.get('/saml/continue', notByHead, limits.door('answer'), (request: Request, response: Response) =>
    logins.continue(request.query['h'], request, response),
  );
}

/** What the request causes has its address in the audit log; asked for now, since later the connection may be gone. */
function toItsClient(request: Request, _response: Response, next: NextFunction): void {
  asClient(request.ip, next);
}

/** Express would answer HEAD by GET, and a link scanner would use up the handle: Nest's 404 answers it. */
function notByHead({ method }: Request, _response: Response, next: NextFunction): void {
  if (method === 'HEAD') next('route');
  else next();
}
