import type { Provider } from '@nestjs/common';
import { OidcProviders, type OidcTransport } from '@rolecall/oidc';
import type { Database } from '@rolecall/persistence';
import {
  CLOCK,
  type Clock,
  DATABASE,
  LOGGER,
  type Logger,
  MailDelivery,
  type Mailer,
  MetadataRefresh,
  type MetadataSource,
  Metrics,
} from '@rolecall/platform';
import { CONFIG, type Config } from './config.ts';
import { Background } from './http/background.ts';
import { Cookies } from './http/cookies.ts';
import { RateLimits } from './limits/rate-limits.ts';
import { SharedLimits } from './limits/shared-limits.ts';
import { Organizations } from './organizations/organizations.ts';
import { type FetchRange, PasswordRange } from './passwords/password-range.ts';

/** The ways out of this process. */
export interface FoundationOptions {
  readonly config: Config;
  readonly oidcTransport: OidcTransport;
  readonly metadataSource: MetadataSource;
  readonly fetchRange: FetchRange;
  /** undefined = no mail is sent. */
  readonly mailer: Mailer | undefined;
}

/** What the areas share: configuration, the organizations, limits, and whatever asks or tells somebody outside. */
export function foundation(options: FoundationOptions): readonly Provider[] {
  const { config, oidcTransport: transport, metadataSource, fetchRange, mailer } = options;
  const { url } = config;
  const allowHttp = url.startsWith('http:');
  return [
    { provide: CONFIG, useValue: config },
    { provide: Cookies, useValue: new Cookies(url) },
    {
      provide: Organizations,
      useFactory: ({ organizations }: Database) => new Organizations(organizations, { url, allowHttpIdp: allowHttp }),
      inject: [DATABASE],
    },
    RateLimits,
    SharedLimits,
    Background,
    { provide: OidcProviders, useValue: new OidcProviders({ transport, allowHttp }) },
    {
      provide: MetadataRefresh,
      useFactory: ({ metadata }: Database, clock: Clock, logger: Logger, metrics: Metrics) =>
        new MetadataRefresh(metadata, metadataSource, clock, logger, metrics),
      inject: [DATABASE, CLOCK, LOGGER, Metrics],
    },
    {
      provide: MailDelivery,
      useFactory: (database: Database, clock: Clock, logger: Logger, metrics: Metrics) =>
        new MailDelivery({ database, mailer, gatewayUrl: url, clock, logger, metrics }),
      inject: [DATABASE, CLOCK, LOGGER, Metrics],
    },
    {
      provide: PasswordRange,
      useFactory: (logger: Logger) => new PasswordRange(config.breachedPasswordsUrl, fetchRange, logger),
      inject: [LOGGER],
    },
  ];
}
