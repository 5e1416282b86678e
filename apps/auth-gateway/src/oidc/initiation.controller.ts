import { Body, Controller, Get, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import { issuersOf } from '@rolecall/org-config';
import type { Request, Response } from 'express';
import { CONFIG, type Config } from '../config.ts';
import { LoginStarts } from '../login/login-starts.ts';
import type { OidcTarget } from '../organizations/oidc-target.ts';
import { type IdpPath, Organizations } from '../organizations/organizations.ts';
import { type Initiation, initiationQuery, initiationRefused, readInitiation } from './initiation.ts';

type Parameters = Readonly<Record<string, unknown>>;

/**
 * Logins that an OpenID provider or a portal begins (OpenID Connect Core 1.0, section 4): an ordinary login at the provider
 * with this issuer, bound to this browser. One address for all organizations, and one per provider for issuers of many.
 */
@Controller()
export class InitiationController {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(Organizations) private readonly organizations: Organizations,
    @Inject(LoginStarts) private readonly starts: LoginStarts,
  ) {}

  @Get('oidc/initiate')
  async byIssuer(@Query() query: Parameters, @Req() request: Request, @Res() response: Response): Promise<void> {
    const initiation = readInitiation(query, this.config.returnTo);
    const target = await this.organizations.byIssuer(initiation.issuer);
    if (!target) throw initiationRefused('No enabled OpenID provider has this issuer, or several organizations do.');
    await this.start(target, initiation, request, response);
  }

  @Get('oidc/:org/:idp/initiate')
  async byPath(
    @Param() path: IdpPath,
    @Query() query: Parameters,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const initiation = readInitiation(query, this.config.returnTo);
    const target = await this.organizations.oidcTarget(path);
    if (!issuersOf(target.identityProvider.provider).includes(initiation.issuer)) {
      throw initiationRefused('The issuer is not that of this identity provider.');
    }
    await this.start(target, initiation, request, response);
  }

  /** A POST of another site has no Lax cookies: it goes on as a GET, so that a login in another tab keeps its cookie. */
  @Post(['oidc/initiate', 'oidc/:org/:idp/initiate'])
  posted(@Body() form: unknown, @Req() { path }: Request, @Res() response: Response): void {
    response.redirect(303, `${path}?${initiationQuery(form)}`);
  }

  private start(target: OidcTarget, { loginHint, returnTo }: Initiation, request: Request, response: Response) {
    return this.starts.start(target, 'login', returnTo, request, response, loginHint);
  }
}
