import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { OidcTransport } from '@rolecall/oidc';
import { openDatabase } from '@rolecall/persistence';
import {
  type Clock,
  GuardedFetch,
  type Logger,
  MetadataSource,
  Metrics,
  PinoNestLogger,
  prepareHttp,
  smtpMailer,
} from '@rolecall/platform';
import { AppModule } from './app.module.ts';
import type { Config } from './config.ts';
import { PageFilter } from './errors/page.filter.ts';
import { HTTP_IDENTITY_PROVIDERS } from './http/send-page.ts';
import { mountDirectRoutes } from './login/direct-routes.ts';
import { guardedTransport } from './oidc/oidc-transport.ts';

/** What tests give in place of the real thing. */
export interface AppParts {
  readonly logger: Logger;
  readonly clock?: Clock;
  /** The way to OpenID providers. */
  readonly oidcTransport?: OidcTransport;
}

/** Slow senders give up before a connection is held for long. */
const REQUEST_TIMEOUT_MS = 30_000;

/** The gateway, not listening yet. Express, because Passport's strategies need it; with nothing of Express that is not used. */
export async function createApp(config: Config, parts: AppParts): Promise<NestExpressApplication> {
  const { logger, clock } = parts;
  const metrics = new Metrics('auth-gateway');
  const { url, databaseUrl, masterKey, previousMasterKey, outboundAllow } = config;
  const guarded = new GuardedFetch({ allowedOrigins: outboundAllow });
  const root = AppModule.forRoot({
    config,
    logger,
    metrics,
    clock,
    oidcTransport: parts.oidcTransport ?? guardedTransport(guarded),
    mailer: config.mail && smtpMailer(config.mail.smtp, config.mail.from),
    fetchRange: async (address) => (await guarded.get(address, 'text/plain')).body.toString('latin1'),
    metadataSource: new MetadataSource(guarded, outboundAllow, url.startsWith('http:')),
    openDatabase: () =>
      openDatabase({ url: databaseUrl, applicationName: 'auth-gateway', masterKey, previousMasterKey }),
  });
  const app = await NestFactory.create<NestExpressApplication>(root, {
    bodyParser: false,
    logger: new PinoNestLogger(logger),
    abortOnError: false,
  });
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');
  app.set('trust proxy', [...config.trustedProxies]); // X-Forwarded-For of anybody else is not read (security-checklist.md 33)
  app.set(HTTP_IDENTITY_PROVIDERS, url.startsWith('http:'));
  prepareHttp(app, { logger, metrics, https: url.startsWith('https:') });
  mountDirectRoutes(app);
  app.useGlobalFilters(new PageFilter(logger));
  app.getHttpServer().requestTimeout = REQUEST_TIMEOUT_MS;
  return app;
}
