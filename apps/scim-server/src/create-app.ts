import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { CLOCK, createJsonApp, DATABASE, Metrics } from '@rolecall/platform';
import type { Clock, Logger } from '@rolecall/platform';
import { openDatabase } from '@rolecall/persistence';
import type { Database } from '@rolecall/persistence';
import { AppModule } from './app.module.ts';
import type { Config } from './config.ts';
import { DirectoryOrganizations } from './directory/organization.ts';
import { guardAccess } from './http/access.ts';
import { explain, renderScimError } from './http/errors.ts';
import { LIMITS } from './http/limits.ts';
import { nameAnswerType } from './http/media-types.ts';
import { RateLimit } from './http/rate-limit.ts';
import { serveReads } from './http/reads.ts';
import { serveWrites } from './http/writes.ts';
import { keepRequestLog } from './log/keep-request-log.ts';
import { RequestLog } from './log/request-log.ts';

/** The SCIM server, not listening yet. */
export async function createApp(config: Config, logger: Logger, clock?: Clock): Promise<NestFastifyApplication> {
  const metrics = new Metrics('scim-server');
  const { url, databaseUrl, poolSize, rate, cursorKey } = config;
  const applicationName = 'rolecall-scim-server';
  const log = (message: string) => logger.warn({ from: 'database' }, message);
  const root = AppModule.forRoot({
    logger,
    metrics,
    url,
    cursorKey,
    clock,
    openDatabase: () =>
      openDatabase({ url: databaseUrl, poolSize, withIdentityProviders: false, applicationName, log }),
  });
  const app = await createJsonApp(root, {
    logger,
    metrics,
    url,
    explain,
    render: renderScimError,
    mediaTypes: ['application/scim+json'],
    bodyLimit: LIMITS.body,
    lenientPaths: true,
    trustedProxies: config.trustedProxies,
    keepsAddresses: config.addressDays > 0,
  });
  const database = app.get<Database>(DATABASE);
  const fastify = app.getHttpAdapter().getInstance();
  const limited = metrics.counter(
    'rolecall_scim_rate_limited_total',
    'Requests that the limit of a directory turned away',
    [],
  );
  guardAccess(fastify, {
    database,
    organizations: new DirectoryOrganizations(database.organizations),
    limit: new RateLimit(rate),
    now: app.get<Clock>(CLOCK),
    url,
    onLimited: () => limited.inc(),
  });
  nameAnswerType(fastify);
  keepRequestLog(fastify, app.get(RequestLog), metrics);
  serveReads(fastify, cursorKey);
  serveWrites(fastify);
  return app;
}
