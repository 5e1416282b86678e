import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { type IdpPath, Organizations } from '../organizations/organization.ts';
import { LoginStarts } from './login-starts.ts';

/** Tries an identity provider of either protocol: the whole login, without a session. */
@Controller()
export class SsoTestController {
  constructor(
    @Inject(Organizations) private readonly organizations: Organizations,
    @Inject(LoginStarts) private readonly starts: LoginStarts,
  ) {}

  @Get('sso/test/:org/:idp')
  async test(@Param() path: IdpPath, @Req() request: Request, @Res() response: Response): Promise<void> {
    await this.starts.start(await this.organizations.target(path), 'test', undefined, request, response);
  }
}
