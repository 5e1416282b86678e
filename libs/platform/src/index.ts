export { CLOCK } from './clock.ts';
export type { Clock } from './clock.ts';
export { DATABASE } from './database.ts';
export type { DatabaseConnection } from './database.ts';
export { EnvironmentError, readEnvironment } from './environment.ts';
export type { Environment, Variable } from './environment.ts';
export { prepareHttp } from './http-basics.ts';
export { createJsonApp } from './json-app.ts';
export { createLogger, LOG_LEVELS, PinoNestLogger } from './logger.ts';
export type { Logger } from './logger.ts';
export { MailDelivery } from './mail/delivery.ts';
export { inFrame } from './mail/frame.ts';
export type { Composed, Message } from './mail/frame.ts';
export { oneLine } from './mail/one-line.ts';
export type { Mailbox } from './mail/address.ts';
export { smtpMailer } from './mail/mailer.ts';
export type { Mail, Mailer } from './mail/mailer.ts';
export type { SmtpServer } from './mail/smtp-server.ts';
export { mailAddresses, mailFrom, mailSettings, smtpUrl } from './mail/variables.ts';
export type { MailSettings } from './mail/variables.ts';
export { endsOf, MetadataRefresh } from './metadata/metadata-refresh.ts';
export type { AcceptProblem, Refreshed, RefreshOutcome } from './metadata/metadata-refresh.ts';
export { MetadataSource } from './metadata/metadata-source.ts';
export type { MetadataProblem, UsableMetadata } from './metadata/metadata-source.ts';
export { metadataSentence } from './metadata/sentences.ts';
export { clientOf, networkOf } from './client-address.ts';
export { readCookie, sessionCookieName } from './read-cookie.ts';
export { Metrics } from './metrics.ts';
export { GuardedFetch, OutboundError } from './outbound/guarded-fetch.ts';
export type { Fetched } from './outbound/guarded-fetch.ts';
export { LOGGER, PlatformModule } from './platform.module.ts';
export type { PlatformOptions } from './platform.module.ts';
export { Problem, problemOf } from './problem.ts';
export type { ProblemDetail } from './problem.ts';
export { ProblemFilter } from './problem.filter.ts';
export type { RenderProblem } from './problem.filter.ts';
export { traceOf } from './request-trace.ts';
export { main, runApp } from './run-app.ts';
export {
  addressDays,
  baseUrl,
  bearerToken,
  checked,
  choice,
  dnsServers,
  host,
  networks,
  origins,
  port,
  postgresUrl,
  sealingKey,
} from './variables.ts';
