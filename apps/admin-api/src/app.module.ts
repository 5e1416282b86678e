import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import type { Database } from '@rolecall/persistence';
import {
  CLOCK,
  DATABASE,
  GuardedFetch,
  LOGGER,
  MailDelivery,
  MetadataRefresh,
  Metrics,
  MetadataSource,
  PlatformModule,
} from '@rolecall/platform';
import type { Clock, Logger, Mailer, PlatformOptions } from '@rolecall/platform';
import type { Limits } from '@rolecall/reconcile';
import { ApiController, BASE_URL } from './api/api.controller.ts';
import { AppliesController } from './applies/applies.controller.ts';
import { OpenIdProviders } from './applies/openid-providers.ts';
import { ReconcileOrganizations } from './applies/reconcile-organizations.ts';
import { AuditController } from './audit/audit.controller.ts';
import { KeysController } from './audit/keys.controller.ts';
import { CollectionsController } from './collections/collections.controller.ts';
import { LeasesController } from './collections/leases.controller.ts';
import { DirectoryController } from './directory/directory.controller.ts';
import { DirectoryHoldsController } from './directory/holds.controller.ts';
import { DirectoryRequestsController } from './directory/requests.controller.ts';
import { SCIM_URL } from './directory/declared-directory.ts';
import { DirectoryTokensController } from './directory/tokens.controller.ts';
import { DomainChecks } from './domains/domain-checks.ts';
import { DomainsController } from './domains/domains.controller.ts';
import type { ResolveTxt } from './domains/txt-record.ts';
import { ExpiryController, METRICS_ARE_OURS } from './expiry/expiry.controller.ts';
import { ExpiryMail } from './expiry/expiry-mail.ts';
import type { ExpiryPost } from './expiry/expiry-mail.ts';
import { FlowsController } from './flows/flows.controller.ts';
import { GrantsController } from './users/grants.controller.ts';
import { UserGroupsController } from './users/user-groups.controller.ts';
import { UserIdentitiesController } from './users/identities.controller.ts';
import { ImportController } from './users/import.controller.ts';
import { InvitationsController } from './users/invitations.controller.ts';
import { Invitations } from './users/invite.ts';
import { ReceiptsController } from './users/receipts.controller.ts';
import { OffboardingController } from './users/offboarding.controller.ts';
import { UsersController } from './users/users.controller.ts';
import { GATEWAY_URL } from './flows/guidance-of.ts';
import { IdentityProvidersController } from './identity-providers/identity-providers.controller.ts';
import { MetadataRefresher } from './maintenance/metadata-refresher.ts';
import { Purge } from './maintenance/purge.ts';
import { EndedOverrides } from './organizations/ended-overrides.ts';
import { OrganizationsController } from './organizations/organizations.controller.ts';
import { WriteOrganization } from './organizations/write-organization.ts';
import { WritesController } from './organizations/writes.controller.ts';
import { PlatformController } from './platform/platform.controller.ts';
import type { Sink } from './streams/sink.ts';
import { AuditStream } from './streams/stream.ts';
import { SsoTestsController } from './sso-tests/sso-tests.controller.ts';

import { TokenController } from './tokens/token.controller.ts';
import { TokenExchange } from './tokens/token-exchange.ts';
import { workloadIssuers } from './tokens/workload-issuers.ts';

export interface AppOptions extends PlatformOptions {
  readonly url: string;
  readonly gatewayUrl: string;
  readonly scimUrl: string;
  readonly outboundAllow: readonly string[];
  /** Whether this process looks by itself for metadata that is due. */
  readonly refreshesMetadata: boolean;
  readonly resolveTxt: ResolveTxt;
  /** Who is told by mail what ends. */
  readonly post: ExpiryPost | undefined;
  /** undefined = mails of the outbox are sent by others. */
  readonly mailer: Mailer | undefined;
  /** Not everybody who reaches the port can read `/metrics`: it may name organizations. */
  readonly metricsAreOurs: boolean;
  /** Who is sent the audit log. */
  readonly sinks: readonly Sink[];
  /** How far one apply may go. */
  readonly limits: Limits;
  /** How long client addresses stand beside the audit log. */
  readonly addressDays: number;
}

@Module({})
export class AppModule {
  static forRoot(options: AppOptions): DynamicModule {
    const { outboundAllow, resolveTxt, url, gatewayUrl, scimUrl, refreshesMetadata, limits } = options;
    const guarded = new GuardedFetch({ allowedOrigins: outboundAllow });
    const metadata = new MetadataSource(guarded, outboundAllow, url.startsWith('http:'));
    const providers = new OpenIdProviders(guarded, outboundAllow);
    return {
      module: AppModule,
      imports: [PlatformModule.forRoot(options)],
      controllers: [
        ApiController,
        AppliesController,
        AuditController,
        CollectionsController,
        DirectoryController,
        DirectoryHoldsController,
        DirectoryRequestsController,
        DirectoryTokensController,
        DomainsController,
        ExpiryController,
        FlowsController,
        GrantsController,
        UserGroupsController,
        UserIdentitiesController,
        ImportController,
        InvitationsController,
        OffboardingController,
        ReceiptsController,
        UsersController,
        IdentityProvidersController,
        KeysController,
        LeasesController,
        OrganizationsController,
        PlatformController,
        SsoTestsController,
        WritesController,
        TokenController,
      ],
      providers: [
        { provide: BASE_URL, useValue: options.url },
        { provide: GATEWAY_URL, useValue: gatewayUrl },
        {
          provide: Invitations,
          inject: [DATABASE],
          useFactory: (database: Database) => new Invitations(database, gatewayUrl, options.mailer !== undefined),
        },
        { provide: SCIM_URL, useValue: scimUrl },
        {
          provide: ReconcileOrganizations,
          inject: [DATABASE],
          useFactory: (database: Database) => new ReconcileOrganizations(database, metadata, providers, limits, url),
        },
        {
          provide: WriteOrganization,
          inject: [DATABASE],
          useFactory: (database: Database) => new WriteOrganization(database, metadata, providers, limits),
        },
        {
          provide: EndedOverrides,
          inject: [DATABASE, WriteOrganization, CLOCK, LOGGER, Metrics],
          useFactory: (
            { expiry }: Database,
            organizations: WriteOrganization,
            clock: Clock,
            logger: Logger,
            metrics: Metrics,
          ) => new EndedOverrides(expiry, organizations, clock, logger, metrics),
        },
        {
          provide: TokenExchange,
          inject: [DATABASE],
          useFactory: (database: Database) =>
            new TokenExchange(database, workloadIssuers(guarded, url.startsWith('http:')), url),
        },
        { provide: METRICS_ARE_OURS, useValue: options.metricsAreOurs },
        { provide: MetadataSource, useValue: metadata },
        {
          provide: MetadataRefresh,
          inject: [DATABASE, CLOCK, LOGGER, Metrics],
          useFactory: (database: Database, clock: Clock, logger: Logger, metrics: Metrics) =>
            new MetadataRefresh(database.metadata, metadata, clock, logger, metrics),
        },
        {
          provide: MetadataRefresher,
          inject: [DATABASE, MetadataRefresh, CLOCK, LOGGER, Metrics],
          useFactory: (database: Database, refresh: MetadataRefresh, clock: Clock, logger: Logger, metrics: Metrics) =>
            new MetadataRefresher(database.metadata, refresh, clock, logger, metrics, refreshesMetadata),
        },
        {
          provide: DomainChecks,
          inject: [DATABASE, CLOCK, LOGGER, Metrics],
          useFactory: ({ domains }: Database, clock: Clock, logger: Logger, metrics: Metrics) =>
            new DomainChecks(domains, resolveTxt, clock, logger, metrics),
        },
        {
          provide: ExpiryMail,
          inject: [DATABASE, CLOCK, LOGGER, Metrics],
          useFactory: ({ expiry }: Database, clock: Clock, logger: Logger, metrics: Metrics) =>
            new ExpiryMail(expiry, options.post, clock, logger, metrics),
        },
        {
          provide: MailDelivery,
          inject: [DATABASE, CLOCK, LOGGER, Metrics],
          useFactory: (database: Database, clock: Clock, logger: Logger, metrics: Metrics) =>
            new MailDelivery({
              database,
              mailer: options.mailer,
              gatewayUrl: options.gatewayUrl,
              clock,
              logger,
              metrics,
            }),
        },
        {
          provide: AuditStream,
          inject: [DATABASE, CLOCK, LOGGER, Metrics],
          useFactory: ({ auditStreams }: Database, clock: Clock, logger: Logger, metrics: Metrics) =>
            new AuditStream(auditStreams, options.sinks, clock, logger, metrics),
        },
        {
          provide: Purge,
          inject: [DATABASE, CLOCK, LOGGER],
          useFactory: (database: Database, clock: Clock, logger: Logger) =>
            new Purge(database, clock, logger, options.addressDays),
        },
      ],
    };
  }
}
