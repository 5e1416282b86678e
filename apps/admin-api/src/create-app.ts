import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { openDatabase } from '@rolecall/persistence';
import type { Database, OpenDatabaseOptions } from '@rolecall/persistence';
import { CLOCK, createJsonApp, DATABASE, Metrics, sessionCookieName, smtpMailer } from '@rolecall/platform';
import type { Clock, Logger } from '@rolecall/platform';
import { checkAccess } from './access/access-hook.ts';
import { allowConsoles } from './access/cors.ts';
import { AppModule } from './app.module.ts';
import type { Config } from './config.ts';
import { acceptForms } from './api/forms.ts';
import { txtResolver } from './domains/txt-record.ts';
import type { Sink } from './streams/sink.ts';
import { syslogSink } from './streams/syslog.ts';
import { webhookSink } from './streams/webhook.ts';

/** Hosts to listen on that only this machine reaches. */
const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '::1', 'localhost']);

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
  const { url, gatewayUrl, scimUrl, databaseUrl, masterKey, previousMasterKey, outboundAllow } = config;
  const resolveTxt = txtResolver(config.dnsServers);
  const log = (message: string) => logger.warn({ from: 'database' }, message);
  const open = () =>
    openWithKeys({ url: databaseUrl, masterKey, previousMasterKey, applicationName: 'rolecall-admin-api', log });
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
    mailer: config.mail && smtpMailer(config.mail.smtp, config.mail.from),
    post: config.post && { mailer: smtpMailer(config.post.smtp, config.post.from), to: config.post.to },
    sinks: sinksOf(config),
    limits: config.limits,
    addressDays: config.addressDays,
    metricsToken: config.metricsToken,
    metricsAreOurs: config.metricsToken !== undefined || LOOPBACK.has(config.host),
  });
  const { trustedProxies, addressDays } = config;
  const keepsAddresses = addressDays > 0;
  const app = await createJsonApp(root, { logger, metrics, url, trustedProxies, keepsAddresses });
  acceptForms(app.getHttpAdapter().getInstance());
  const { consoleOrigins } = config;
  allowConsoles(app.getHttpAdapter().getInstance(), consoleOrigins);
  const consoles = { origins: consoleOrigins, cookieName: sessionCookieName(gatewayUrl) };
  checkAccess(app.getHttpAdapter().getInstance(), app.get<Database>(DATABASE), consoles, app.get<Clock>(CLOCK));
  return app;
}

/** Whom the audit log is sent to. */
function sinksOf({ webhook, syslog, url }: Pick<Config, 'webhook' | 'syslog' | 'url'>): readonly Sink[] {
  const { hostname } = new URL(url);
  return [...(webhook ? [webhookSink(webhook)] : []), ...(syslog ? [syslogSink(syslog, hostname)] : [])];
}

/** The key of fingerprints is made here, so that a plan writes nothing; a master key that is not the one of the data stops the start. */
async function openWithKeys(options: OpenDatabaseOptions): Promise<Database> {
  const database = await openDatabase(options);
  try {
    await database.collections.fingerprintKey('default');
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}
