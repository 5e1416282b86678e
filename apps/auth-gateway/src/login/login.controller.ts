import { Body, Controller, Get, Inject, Param, Post, Query, Req, Res, UseGuards } from '@nestjs/common';
import { CLOCK, type Clock } from '@rolecall/platform';
import type { Request, Response } from 'express';
import { CONFIG, type Config } from '../config.ts';
import { isKnownCode, sentenceOf } from '../errors/sentences.ts';
import { Cookies } from '../http/cookies.ts';
import { allowedReturnTo } from '../http/return-to.ts';
import { SameOriginGuard } from '../http/same-origin.guard.ts';
import { formsTo, sendPage } from '../http/send-page.ts';
import { withQuery } from '../http/with-query.ts';
import { organizationNamed } from '../local/organization-named.ts';
import { isOidc } from '../organizations/idp-target.ts';
import { loginPath } from '../organizations/organization.ts';
import { Organizations } from '../organizations/organizations.ts';
import { LoginPage } from '../pages/login-page.tsx';
import { RememberedPage } from '../pages/remembered-page.tsx';
import { arrivalOf, readHandle } from './arrival.ts';
import { choicePage, PASSWORD_SET } from './choice.ts';
import { LoginEnds } from './login-ends.ts';
import { LoginStarts } from './login-starts.ts';
import { Logins } from './logins.ts';

/** Sign-in pages, and the end of a login. */
@Controller()
export class LoginController {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(Cookies) private readonly cookies: Cookies,
    @Inject(Organizations) private readonly organizations: Organizations,
    @Inject(LoginStarts) private readonly starts: LoginStarts,
    @Inject(Logins) private readonly logins: Logins,
    @Inject(LoginEnds) private readonly ends: LoginEnds,
  ) {}

  /** Without a database as well: then nothing is remembered. */
  @Get('login')
  async form(
    @Query('returnTo') returnTo: unknown,
    @Query('error') code: unknown,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const kept = allowedReturnTo(returnTo, this.config.returnTo);
    const error = isKnownCode(code) ? sentenceOf(code).sentence : undefined;
    const remembered = error === undefined ? await this.remembered(request, kept).catch(() => undefined) : undefined;
    const page = remembered ? RememberedPage({ ...remembered, returnTo: kept }) : LoginPage({ returnTo: kept, error });
    sendPage(response, page, { forms: 'identity-provider' });
  }

  /**
   * To the identity provider when there is one, to the choice when there are several, or a password is wanted; by 303, so that a
   * reload is harmless.
   * Of an address only the domain is looked at, so nothing can be learned of persons here (security-checklist.md 32).
   */
  @Post('login')
  @UseGuards(SameOriginGuard)
  async find(@Body() form: unknown, @Req() request: Request, @Res() response: Response): Promise<void> {
    const { identifier, returnTo, with: wanted } = Object(form) as Record<string, unknown>;
    const kept = allowedReturnTo(returnTo, this.config.returnTo);
    const found = typeof identifier === 'string' ? await this.organizations.byIdentifier(identifier) : undefined;
    if (!found) {
      response.redirect(303, withQuery('/login', { error: 'unknown_organization', returnTo: kept }));
      return;
    }
    const { organization, identityProviders, address } = found;
    const { name } = organization.settings;
    const [only, another] = identityProviders;
    const target =
      only && !another && wanted !== 'password'
        ? organization.target({ organization: name, identityProvider: only.name })
        : undefined;
    if (target && isOidc(target) && address !== undefined) {
      // here and not at the provider's own start address: an e-mail address stands in no URL of ours
      await this.starts.start(target, 'login', kept, request, response, address);
      return;
    }
    const path = target ? loginPath(organization, target.identityProvider) : `/login/${name}`;
    response.redirect(303, withQuery(path, { returnTo: kept }));
  }

  /** "Use another organization": the browser remembers nothing any more. */
  @Post('login/forget')
  @UseGuards(SameOriginGuard)
  forget(@Body() form: unknown, @Res() response: Response): void {
    const { returnTo } = Object(form) as Record<string, unknown>;
    this.cookies.clearLastLogin(response);
    response.redirect(303, withQuery('/login', { returnTo: allowedReturnTo(returnTo, this.config.returnTo) }));
  }

  /** Where a sign-in by password sends people back to, `error` and `note` are names of sentences of ours. */
  @Get('login/:org')
  async choose(
    @Param('org') name: string,
    @Query() query: Readonly<Record<string, unknown>>,
    @Res() response: Response,
  ): Promise<void> {
    const organization = await organizationNamed(this.organizations, name);
    const { error: code, note } = query;
    const said = {
      returnTo: allowedReturnTo(query['returnTo'], this.config.returnTo),
      error: isKnownCode(code) ? sentenceOf(code).sentence : undefined,
      note: note === PASSWORD_SET ? 'Your password is set. Sign in with it now.' : undefined,
    };
    sendPage(response, choicePage(organization, this.clock(), said), {
      forms: formsTo(said.returnTo, this.config.url),
    });
  }

  /**
   * `GET /saml/continue`, mounted in `direct-routes.ts`. The browser comes back with its handle; only now is it known whose login this is
   * (rule G8).
   */
  async continue(h: unknown, request: Request, response: Response): Promise<void> {
    const handle = readHandle(h);
    const arrival = arrivalOf(request, 'continue', handle, this.cookies.flow(request));
    const completion = await this.logins.complete(handle, arrival);
    await this.ends.end(completion, request, response);
  }

  /** Where the browser's last login was, if somebody may still sign in there. The cookie is unverified: it's a name to look up. */
  private async remembered(request: Request, returnTo: string | undefined) {
    const last = this.cookies.lastLogin(request);
    const organization = last && (await this.organizations.byName(last.organization));
    const identityProvider = organization?.identityProvider(last?.identityProvider ?? '');
    if (!organization || !identityProvider?.enabled) return undefined;
    return {
      organization: organization.settings.displayName,
      identityProvider: identityProvider.displayName,
      href: withQuery(loginPath(organization, identityProvider), { returnTo }),
    };
  }
}
