import { randomBytes } from 'node:crypto';
import { Body, Controller, Get, Inject, Post, Query, Req, Res, UseGuards } from '@nestjs/common';
import { type Database, type RecoverySession, sha256, SSO_TEST_LIFETIME_MS } from '@rolecall/persistence';
import { CLOCK, type Clock, DATABASE } from '@rolecall/platform';
import type { Request, Response } from 'express';
import { CONFIG, type Config } from '../config.ts';
import { Cookies } from '../http/cookies.ts';
import { SameOriginGuard } from '../http/same-origin.guard.ts';
import { sendPage } from '../http/send-page.ts';
import type { Organization } from '../organizations/organization.ts';
import { Organizations } from '../organizations/organizations.ts';
import { isDone, RecoveryPage, type RecoveryPageProps } from '../pages/recovery-page.tsx';
import { type Repair, RepairApi } from './admin-api.ts';
import { RecoveryLinks } from './recovery-links.ts';
import { enabledRepair, metadataRepair, named, releaseRepair, type RepairForm, type Unusable } from './repairs.ts';
import { SignInStates } from './sign-in-state.ts';

/** Who is here, with the cookie's value. */
interface Repairer {
  readonly token: string;
  readonly session: RecoverySession;
  readonly organization: Organization;
}

/** The page of a recovery session: how sign-ins are, and what repairs them. It is no session of a user, and opens nothing else. */
@Controller('recovery')
export class RepairController {
  private readonly api: RepairApi;

  constructor(
    @Inject(CONFIG) config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(DATABASE) private readonly database: Database,
    @Inject(Cookies) private readonly cookies: Cookies,
    @Inject(Organizations) private readonly organizations: Organizations,
    @Inject(SignInStates) private readonly states: SignInStates,
    @Inject(RecoveryLinks) private readonly links: RecoveryLinks,
  ) {
    this.api = new RepairApi(config.adminUrl);
  }

  @Get()
  async show(@Query('done') done: unknown, @Req() request: Request, @Res() response: Response): Promise<void> {
    const repairer = await this.repairer(request, response);
    if (repairer) await this.page(repairer, response, { done: isDone(done) ? done : undefined });
  }

  @Post('metadata')
  @UseGuards(SameOriginGuard)
  metadata(@Body() form: unknown, @Req() request: Request, @Res() response: Response): Promise<void> {
    return this.repair('metadata', metadataRepair, form, request, response);
  }

  @Post('enabled')
  @UseGuards(SameOriginGuard)
  enabled(@Body() form: unknown, @Req() request: Request, @Res() response: Response): Promise<void> {
    return this.repair('enabled', enabledRepair, form, request, response);
  }

  @Post('release')
  @UseGuards(SameOriginGuard)
  release(@Body() form: unknown, @Req() request: Request, @Res() response: Response): Promise<void> {
    const releasing: typeof enabledRepair = (_settings, sent, now) => releaseRepair(sent, now);
    return this.repair('release', releasing, form, request, response);
  }

  /** Leads to the test of an identity provider by a link of its own, whose page shows why a sign-in fails. */
  @Post('test')
  @UseGuards(SameOriginGuard)
  async test(@Body() form: unknown, @Req() request: Request, @Res() response: Response): Promise<void> {
    const repairer = await this.repairer(request, response);
    if (!repairer) return;
    const { organization, session } = repairer;
    const provider = named(organization.settings, Object(form) as RepairForm);
    if (!provider) return this.page(repairer, response, { refused: 'Choose an identity provider.' });
    const now = this.clock();
    const token = randomBytes(32).toString('base64url');
    await this.database.ssoTests.create({
      organizationId: organization.id,
      identityProvider: provider.name,
      tokenHash: sha256(token),
      createdBy: `recovery:${session.adminId}`,
      now,
      expiresAt: new Date(now.getTime() + SSO_TEST_LIFETIME_MS),
    });
    response.redirect(303, `/sso/test/${organization.settings.name}/${provider.name}?link=${token}`);
  }

  @Post('end')
  @UseGuards(SameOriginGuard)
  async end(@Req() request: Request, @Res() response: Response): Promise<void> {
    await this.links.end(this.cookies.recovery(request) ?? '');
    this.cookies.clearRecovery(response);
    response.redirect(303, '/recovery-access?ended');
  }

  private async repair(
    what: 'metadata' | 'enabled' | 'release',
    read: (settings: Organization['settings'], form: RepairForm, now: Date) => Repair | Unusable,
    form: unknown,
    request: Request,
    response: Response,
  ): Promise<void> {
    const repairer = await this.repairer(request, response);
    if (!repairer) return;
    const { token, session, organization } = repairer;
    const sent = Object(form) as RepairForm;
    const at = what === 'metadata' ? named(organization.settings, sent)?.name : undefined;
    const wanted = read(organization.settings, sent, this.clock());
    const kept = { at, sent };
    if ('unusable' in wanted) return this.page(repairer, response, { refused: wanted.unusable, ...kept });
    const repaired = await this.api.repair(token, session.organization, wanted);
    const done = what === 'enabled' && sent['enabled'] !== 'true' ? 'disabled' : what;
    if (repaired.done) response.redirect(303, `/recovery?done=${done}`);
    else await this.page(repairer, response, { refused: repaired.refused, code: repaired.code, ...kept });
  }

  private async page(
    { session, organization }: Repairer,
    response: Response,
    said: Pick<RecoveryPageProps, 'done' | 'refused' | 'code' | 'at' | 'sent'>,
  ): Promise<void> {
    const state = await this.states.of(organization);
    const { settings } = organization;
    const page = RecoveryPage({ settings, state, expiresAt: session.expiresAt, now: this.clock(), ...said });
    sendPage(response, page, { status: said.refused === undefined ? 200 : 422, forms: 'identity-provider' });
  }

  /** Without a live recovery session it leads to the page that gives one. */
  private async repairer(request: Request, response: Response): Promise<Repairer | undefined> {
    const token = this.cookies.recovery(request) ?? '';
    const session = await this.database.recoverySessions.check(token, this.clock());
    const organization = session && (await this.organizations.byId(session.organizationId));
    if (session && organization) return { token, session, organization };
    if (token !== '') this.cookies.clearRecovery(response);
    response.redirect(303, token === '' ? '/recovery-access' : '/recovery-access?ended');
    return undefined;
  }
}
