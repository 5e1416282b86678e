import { Body, Controller, Get, Inject, Param, Post, Query, Req, Res, UseGuards } from '@nestjs/common';
import type { Database, PresentedLink } from '@rolecall/persistence';
import { CLOCK, type Clock, DATABASE, traceOf } from '@rolecall/platform';
import type { Request, Response } from 'express';
import { LoginRefused } from '../errors/login-refused.ts';
import { SameOriginGuard } from '../http/same-origin.guard.ts';
import { sendPage } from '../http/send-page.ts';
import { type IdpPath, Organizations } from '../organizations/organizations.ts';
import type { IdpTarget } from '../organizations/idp-target.ts';
import { TestLinkPage } from '../pages/test-link-page.tsx';
import { sha256 } from '@rolecall/persistence';
import { LoginStarts } from './login-starts.ts';

/** 32 random bytes in base64url. */
const TOKEN = /^[A-Za-z0-9_-]{43}$/;

/**
 * Tries an identity provider of either protocol: the whole login, without a session. Without a link everybody may, and
 * learns the outcome; with a one-time link of the admin API the tester and whoever made the link learn why.
 */
@Controller()
export class SsoTestController {
  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(DATABASE) private readonly database: Database,
    @Inject(Organizations) private readonly organizations: Organizations,
    @Inject(LoginStarts) private readonly starts: LoginStarts,
  ) {}

  /** A link asks first: it is sent by mail and chat, whose scanners open what they see, and others will see the result. */
  @Get('sso/test/:org/:idp')
  async open(
    @Param() path: IdpPath,
    @Query('link') token: unknown,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const target = await this.organizations.target(path);
    if (token === undefined) return this.starts.start(target, 'test', undefined, request, response);
    const link = typeof token === 'string' ? this.presented(target, token) : undefined;
    if (typeof token !== 'string' || !link || !(await this.database.ssoTests.isOpen(link))) throw linkInvalid();
    const { organization, identityProvider } = target;
    const page = TestLinkPage({
      organization: organization.settings.displayName,
      identityProvider: identityProvider.displayName,
      token,
    });
    sendPage(response, page, { forms: 'identity-provider' });
  }

  @Post('sso/test/:org/:idp')
  @UseGuards(SameOriginGuard)
  async begin(
    @Param() path: IdpPath,
    @Body() form: unknown,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const target = await this.organizations.target(path);
    const { link: token } = Object(form) as Record<string, unknown>;
    const link = this.presented(target, token);
    const { traceId } = traceOf(request);
    if (!link || !(await this.database.ssoTests.start({ ...link, traceId }))) throw linkInvalid();
    await this.starts.start(target, 'test', undefined, request, response);
  }

  /** UNVERIFIED: only the database knows whether there is such a link. */
  private presented({ organization, identityProvider }: IdpTarget, token: unknown): PresentedLink | undefined {
    if (typeof token !== 'string' || !TOKEN.test(token)) return undefined;
    return {
      organizationId: organization.id,
      identityProvider: identityProvider.name,
      tokenHash: sha256(token),
      now: this.clock(),
    };
  }
}

function linkInvalid(): LoginRefused {
  return new LoginRefused(
    'test_link_invalid',
    'link_open',
    'The link has a result already, or is older than 30 minutes.',
  );
}
