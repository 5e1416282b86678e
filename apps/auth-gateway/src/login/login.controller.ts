import {
  Body,
  Controller,
  Get,
  Head,
  Inject,
  NotFoundException,
  Param,
  Post,
  Query,
  Req,
  Res,
  UseGuards,
} from '@nestjs/common';
import { CLOCK, type Clock, DATABASE, traceOf } from '@rolecall/platform';
import type { Database } from '@rolecall/persistence';
import type { Request, Response } from 'express';
import { CONFIG, type Config } from '../config.ts';
import { LoginRefused } from '../errors/login-refused.ts';
import { isKnownCode, sentenceOf } from '../errors/sentences.ts';
import { Cookies } from '../http/cookies.ts';
import { allowedReturnTo } from '../http/return-to.ts';
import { SameOriginGuard } from '../http/same-origin.guard.ts';
import { sendPage } from '../http/send-page.ts';
import { type Organization, Organizations } from '../organizations/organization.ts';
import { ChoicePage } from '../pages/choice-page.tsx';
import { LoginPage } from '../pages/login-page.tsx';
import { TestPage } from '../pages/test-page.tsx';
import { readOrganizationToken, sha256 } from '../sessions/organization-token.ts';
import { Logins } from './logins.ts';
import type { OpenedSession } from './writes.ts';

/** Sign-in pages, and the end of a login. */
@Controller()
export class LoginController {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(DATABASE) private readonly database: Database,
    @Inject(Cookies) private readonly cookies: Cookies,
    @Inject(Organizations) private readonly organizations: Organizations,
    @Inject(Logins) private readonly logins: Logins,
  ) {}

  @Get('login')
  form(@Query('returnTo') returnTo: unknown, @Query('error') code: unknown, @Res() response: Response): void {
    const error = isKnownCode(code) ? sentenceOf(code).sentence : undefined;
    const page = LoginPage({ returnTo: allowedReturnTo(returnTo, this.config.returnTo), error });
    sendPage(response, page, { forms: 'identity-provider' });
  }

  /** To the identity provider when there is one, to the choice when there are several; by 303, so that a reload is harmless. */
  @Post('login')
  @UseGuards(SameOriginGuard)
  async find(@Body() form: unknown, @Res() response: Response): Promise<void> {
    const { identifier, returnTo } = Object(form) as Record<string, unknown>;
    const kept = allowedReturnTo(returnTo, this.config.returnTo);
    const organization = typeof identifier === 'string' ? await this.organizations.byIdentifier(identifier) : undefined;
    if (!organization) {
      response.redirect(303, withQuery('/login', { error: 'unknown_organization', returnTo: kept }));
      return;
    }
    const [only, another] = organization.enabledIdentityProviders;
    const path = only && !another ? loginPath(organization, only.name) : `/login/${organization.settings.name}`;
    response.redirect(303, withQuery(path, { returnTo: kept }));
  }

  @Get('login/:org')
  async choose(
    @Param('org') name: string,
    @Query('returnTo') returnTo: unknown,
    @Res() response: Response,
  ): Promise<void> {
    const organization = await this.organizations.byName(name);
    if (!organization)
      throw new LoginRefused('unknown_organization', 'organization_known', 'No organization has this name.');
    const kept = allowedReturnTo(returnTo, this.config.returnTo);
    const identityProviders = organization.enabledIdentityProviders.map((identityProvider) => ({
      displayName: identityProvider.displayName,
      href: withQuery(loginPath(organization, identityProvider.name), { returnTo: kept }),
    }));
    sendPage(response, ChoicePage({ organization: organization.settings.displayName, identityProviders }));
  }

  /** Express would answer HEAD by GET, and a link scanner would use up the handle. */
  @Head('saml/continue')
  continueHeaders(): void {
    throw new NotFoundException();
  }

  /** The browser comes back with its handle; only now is it known whose login this is (rule G8). */
  @Get('saml/continue')
  async continue(@Query('h') h: unknown, @Req() request: Request, @Res() response: Response): Promise<void> {
    const handle = readOrganizationToken(h);
    if (!handle) throw new LoginRefused('handle_unknown', 'handle_known', 'The handle is none of ours.');
    const arrival = {
      handleHash: handle.hash,
      browserHash: sha256(this.cookies.flow(request) ?? ''),
      traceId: traceOf(request).traceId,
    };
    const completion = await this.logins.complete(handle, arrival);
    if (completion.outcome === 'tested') sendPage(response, TestPage({ report: completion.report }));
    else await this.enter(completion.session, request, response);
  }

  /** Gives the browser its session; one that it had before ends (security.md §4.3). */
  private async enter(session: OpenedSession, request: Request, response: Response): Promise<void> {
    const previous = readOrganizationToken(this.cookies.session(request));
    this.cookies.setSession(response, session.token, session.expiresAt);
    if (previous) {
      await this.database.sessions.revoke(
        previous.organizationId,
        { tokenHash: previous.hash },
        'logout',
        this.clock(),
      );
    }
    response.redirect(303, session.announce ? '/announcement' : (session.returnTo ?? '/'));
  }
}

function loginPath({ settings }: Organization, identityProvider: string): string {
  return `/saml/${settings.name}/${identityProvider}/login`;
}

function withQuery(path: string, query: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given).toString()}`;
}
