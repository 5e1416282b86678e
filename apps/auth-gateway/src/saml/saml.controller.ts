import {
  All,
  Controller,
  Get,
  Header,
  Inject,
  NotFoundException,
  Param,
  Query,
  Req,
  Res,
  UseGuards,
} from '@nestjs/common';
import { CLOCK, type Clock } from '@rolecall/platform';
import { publishedOf, serviceProviderMetadata, type VerifiedAssertion } from '@rolecall/saml';
import type { Request, Response } from 'express';
import { CONFIG, type Config } from '../config.ts';
import { redirect } from '../http/redirect.ts';
import { allowedReturnTo } from '../http/return-to.ts';
import { LoginStarts } from '../login/login-starts.ts';
import { Logins } from '../login/logins.ts';
import { type IdpPath, Organizations } from '../organizations/organizations.ts';
import type { SamlTarget } from '../organizations/saml-target.ts';
import { attemptOf, SamlResponseGuard } from './saml-response.guard.ts';
import type { AcsRequest } from './saml-response.strategy.ts';

/** The SAML service provider's endpoints, one set per identity provider of an organization (rule G9). */
@Controller()
export class SamlController {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LoginStarts) private readonly starts: LoginStarts,
    @Inject(Organizations) private readonly organizations: Organizations,
    @Inject(Logins) private readonly logins: Logins,
  ) {}

  /** `GET /saml/:org/:idp/login`, mounted in `direct-routes.ts`. */
  async login(path: IdpPath, returnTo: unknown, request: Request, response: Response): Promise<void> {
    const target = await this.organizations.samlTarget(path);
    await this.starts.start(target, 'login', allowedReturnTo(returnTo, this.config.returnTo), request, response);
  }

  @Get('saml/:org/:idp/metadata')
  @Header('Content-Type', 'application/samlmetadata+xml; charset=utf-8')
  async metadata(@Param() path: IdpPath): Promise<string> {
    const target = await this.organizations.samlTarget(path);
    return serviceProviderMetadata(target.connection(this.clock()));
  }

  /**
   * Our certificates for the one IdP, PEM, the current one first and then the next: for who is asked to upload them.
   * `?use=signing` or `?use=encryption` gives those of one use.
   */
  @Get('saml/:org/:idp/certificate.pem')
  @Header('Content-Type', 'application/x-pem-file')
  async certificate(@Param() path: IdpPath, @Query('use') asked: unknown): Promise<string> {
    const target = await this.organizations.samlTarget(path);
    const published = publishedOf(target.connection(this.clock()));
    const uses = asked === undefined ? ['signing', 'encryption'] : [asked];
    const certificates = uses.flatMap((use) => published.filter((key) => key.use === use));
    if (certificates.length === 0) throw new NotFoundException();
    return certificates.map(({ certificate }) => `${certificate.trim()}\n`).join('');
  }

  /** Every method comes here, so that the guard refuses what is not one POSTed response (rule G1). */
  @All('saml/:org/:idp/acs')
  @UseGuards(SamlResponseGuard)
  async acs(@Req() request: AcsRequest, @Res() response: Response): Promise<void> {
    const { target, assertion } = verifiedOf(request, this.clock());
    redirect(response, 303, await this.logins.accept(target, attemptOf(request), assertion));
  }
}

/** What the guard verified. Checked again: a guard alone is not trusted to have stopped a request (rule G1). */
function verifiedOf(request: AcsRequest, now: Date): { target: SamlTarget; assertion: VerifiedAssertion } {
  const { samlTarget: target } = request;
  const assertion = request.user as Partial<VerifiedAssertion> | undefined;
  if (!target || !assertion?.connectionId || assertion.connectionId !== target.connection(now).id) {
    throw new Error('no verified assertion of this connection');
  }
  return { target, assertion: assertion as VerifiedAssertion };
}
