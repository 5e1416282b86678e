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
import type { EffectiveIdentityProvider } from '@rolecall/org-config';
import { traceOf } from '@rolecall/platform';
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
import { readOrganizationToken, sha256 } from '../sessions/organization-token.ts';
import { LoginEnds } from './login-ends.ts';
import { Logins } from './logins.ts';

/** Sign-in pages, and the end of a login. */
@Controller()
export class LoginController {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(Cookies) private readonly cookies: Cookies,
    @Inject(Organizations) private readonly organizations: Organizations,
    @Inject(Logins) private readonly logins: Logins,
    @Inject(LoginEnds) private readonly ends: LoginEnds,
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
    const path = only && !another ? loginPath(organization, only) : `/login/${organization.settings.name}`;
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
      href: withQuery(loginPath(organization, identityProvider), { returnTo: kept }),
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
    await this.ends.end(completion, request, response);
  }
}

function loginPath({ settings }: Organization, { type, name }: EffectiveIdentityProvider): string {
  return `/${type}/${settings.name}/${name}/login`;
}

function withQuery(path: string, query: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given).toString()}`;
}
