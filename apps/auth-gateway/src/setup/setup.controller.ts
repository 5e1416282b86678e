import { Controller, Get, Inject, Param, Query, Res } from '@nestjs/common';
import { CLOCK, type Clock } from '@rolecall/platform';
import type { Response } from 'express';
import { CONFIG, type Config } from '../config.ts';
import { sendPage } from '../http/send-page.ts';
import { type IdpPath, Organizations } from '../organizations/organizations.ts';
import { SetupPage } from '../pages/setup-page.tsx';
import { setupOf } from './setup.ts';

/** What a customer's administrator enters at the identity provider, with this connection's own values. */
@Controller()
export class SetupController {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(Organizations) private readonly organizations: Organizations,
  ) {}

  @Get('setup/:org/:idp')
  async show(@Param() path: IdpPath, @Query('vendor') vendor: unknown, @Res() response: Response): Promise<void> {
    const target = await this.organizations.target(path);
    const names = { organization: String(path.org), identityProvider: String(path.idp) };
    sendPage(response, SetupPage({ setup: setupOf(target, names, this.config, vendor, this.clock()) }));
  }
}
