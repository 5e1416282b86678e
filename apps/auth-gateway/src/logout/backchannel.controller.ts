import { Body, Controller, HttpCode, Inject, Param, Post, Req, Res } from '@nestjs/common';
import { traceOf } from '@rolecall/platform';
import type { Request, Response } from 'express';
import { RecordedLogoutRefusal } from '../errors/login-refused.ts';
import { type IdpPath, Organizations } from '../organizations/organizations.ts';
import { Logouts } from './logouts.ts';

/** Where OpenID providers say that somebody signed out (OpenID Connect Back-Channel Logout 1.0): no browser, no cookies. */
@Controller()
export class BackchannelController {
  constructor(
    @Inject(Organizations) private readonly organizations: Organizations,
    @Inject(Logouts) private readonly logouts: Logouts,
  ) {}

  /** §2.8: 200 when it is done, also when nobody was signed in; 400 with an error as JSON when the token is refused. */
  @Post('oidc/:org/:idp/backchannel-logout')
  @HttpCode(200)
  async hear(
    @Param() path: IdpPath,
    @Body() form: unknown,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const target = await this.organizations.oidcTarget(path);
    const { traceId } = traceOf(request);
    response.setHeader('Cache-Control', 'no-store');
    try {
      await this.logouts.hear(target, Object(form)['logout_token'], traceId);
      response.status(200).end();
    } catch (error) {
      if (!(error instanceof RecordedLogoutRefusal)) throw error;
      const { code, message } = error.refusal;
      response
        .status(400)
        .json({ error: 'invalid_request', error_description: `${code}: ${message}`, trace_id: traceId });
    }
  }
}
