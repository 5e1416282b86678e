import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { openDatabase } from '@rolecall/persistence';
import type { Database } from '@rolecall/persistence';
import { CLOCK, createJsonApp, DATABASE, Metrics } from '@rolecall/platform';
import type { Clock, Logger } from '@rolecall/platform';
import { checkAccess } from './access/access-hook.ts';
import { AppModule } from './app.module.ts';
import type { Config } from './config.ts';
import { txtResolver } from './domains/txt-record.ts';

/**
 * The admin API, not listening yet.
 * @param refreshesMetadata false = metadata is refreshed when somebody asks for it only
 */
export async function createApp(
  config: Config,
  logger: Logger,
  clock?: Clock,
  refreshesMetadata = true,
): Promise<NestFastifyApplication> {
  const metrics = new Metrics('admin-api');
  const { url, gatewayUrl, scimUrl, databaseUrl, masterKey, outboundAllow } = config;
  const resolveTxt = txtResolver(config.dnsServers);
  const log = (message: string) => logger.warn({ from: 'database' }, message);
  const open = () => openDatabase({ url: databaseUrl, masterKey, applicationName: 'rolecall-admin-api', log });
  const root = AppModule.forRoot({
    logger,
    metrics,
    openDatabase: open,
    clock,
    url,
    gatewayUrl,
    scimUrl,
    outboundAllow,
    resolveTxt,
    refreshesMetadata,
    limits: config.limits,
  });
  const app = await createJsonApp(root, { logger, metrics, url });
  checkAccess(app.getHttpAdapter().getInstance(), app.get<Database>(DATABASE), app.get<Clock>(CLOCK));
  return app;
}
