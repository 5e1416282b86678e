import {
  APP_VARIABLES,
  type AppSettings,
  baseUrl,
  bearerToken,
  checked,
  dnsServers,
  EnvironmentError,
  KEY_VARIABLES,
  type KeySettings,
  mailAddresses,
  mailFrom,
  mailSettings,
  origins,
  readEnvironment,
  smtpUrl,
} from '@rolecall/platform';
import type { MailSettings } from '@rolecall/platform';
import { isCap } from '@rolecall/reconcile';
import type { Limits } from '@rolecall/reconcile';
import type { SyslogTarget } from './streams/syslog.ts';
import { syslogUrl, webhookSecret, webhookUrl } from './streams/variables.ts';
import type { WebhookTarget } from './streams/webhook.ts';

const DEFAULT_PORT = 4002;

const LIMIT = 'a number such as 20, or a share such as 10%';

const variables = {
  /** Public base URL. */
  url: baseUrl('ROLECALL_ADMIN_URL', { fallback: `http://localhost:${DEFAULT_PORT}` }),
  /** Of the gateway, for the links that it serves. */
  gatewayUrl: baseUrl('ROLECALL_GATEWAY_URL', { fallback: 'http://localhost:4000' }),
  /** Of the SCIM server: what is entered at identity providers. */
  scimUrl: baseUrl('ROLECALL_SCIM_URL', { fallback: 'http://localhost:4001' }),
  ...APP_VARIABLES,
  /** They seal the keys that sign AuthnRequests and client secrets, whose fingerprints hang on them too. */
  ...KEY_VARIABLES,
  /** Origins whose metadata may be fetched although they are not https or not public. */
  outboundAllow: origins('ROLECALL_OUTBOUND_ALLOW'),
  /** Whose pages may ask with the session of a signed-in administrator; none = cookies are never looked at. */
  consoleOrigins: origins('ROLECALL_CONSOLE_ORIGINS'),
  /** Whom to ask for the TXT records of e-mail domains; none = the servers of the system. */
  dnsServers: dnsServers('ROLECALL_DNS_SERVERS'),
  /** What `/metrics` asks for; none = nothing. */
  metricsToken: bearerToken('ROLECALL_METRICS_TOKEN'),
  /** How far one apply may go; the requests may ask for less. */
  maxDeletes: checked('ROLECALL_MAX_DELETES', LIMIT, isCap),
  maxAffected: checked('ROLECALL_MAX_AFFECTED', LIMIT, isCap),
  /** Through which mail goes out; none = no mail is sent. */
  smtp: smtpUrl,
  mailFrom,
  /** The platform team, which is told by mail what ends. */
  platformMail: mailAddresses('ROLECALL_PLATFORM_MAIL'),
  /** Where the audit log is sent as it happens. */
  webhookUrl,
  webhookSecret: webhookSecret('ROLECALL_WEBHOOK_SECRET'),
  previousWebhookSecret: webhookSecret('ROLECALL_WEBHOOK_SECRET_PREVIOUS'),
  syslog: syslogUrl,
};

/** Everything that the app takes from its environment, and the same redacted for the log. */
export interface Config extends AppSettings, KeySettings {
  readonly url: string;
  readonly gatewayUrl: string;
  readonly scimUrl: string;
  readonly outboundAllow: readonly string[];
  readonly consoleOrigins: readonly string[];
  readonly dnsServers: readonly string[];
  readonly metricsToken: string | undefined;
  readonly limits: Limits;
  /** Present when the platform team is to be told by mail. */
  readonly post: (MailSettings & { readonly to: readonly string[] }) | undefined;
  /** Through which mail goes out, and who it is from; undefined = no mail is sent. */
  readonly mail: MailSettings | undefined;
  /** Where the audit log is posted to, if anywhere. */
  readonly webhook: WebhookTarget | undefined;
  readonly syslog: SyslogTarget | undefined;
}

/** @throws EnvironmentError */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const { values, redacted } = readEnvironment('admin-api', variables, env);
  const { maxDeletes: deletes, maxAffected: affected, smtp, mailFrom: from, platformMail: to } = values;
  const mail = mailSettings('admin-api', smtp, from);
  return {
    ...values,
    limits: { deletes, affected },
    port: values.port ?? (Number(new URL(values.url).port) || DEFAULT_PORT),
    mail,
    post: postOf(mail, to),
    webhook: webhookOf(values),
    redacted,
  };
}

/** Both, or nothing is posted: nobody can tell an unsigned batch from a forged one. */
function webhookOf({
  webhookUrl: url,
  webhookSecret: secret,
  previousWebhookSecret: previous,
}: {
  readonly webhookUrl: string | undefined;
  readonly webhookSecret: Buffer | undefined;
  readonly previousWebhookSecret: Buffer | undefined;
}): Config['webhook'] {
  if (url === undefined && secret === undefined) return undefined;
  if (url !== undefined && secret !== undefined) return { url, secrets: previous ? [secret, previous] : [secret] };
  const missing = url === undefined ? 'ROLECALL_WEBHOOK_URL' : 'ROLECALL_WEBHOOK_SECRET';
  throw new EnvironmentError('admin-api', [`${missing} is missing; a webhook needs a URL and a secret`]);
}

/** Who asked for mail must not believe that it is sent. */
function postOf(mail: MailSettings | undefined, to: readonly string[] | undefined): Config['post'] {
  if (to === undefined) return undefined;
  if (mail) return { ...mail, to };
  throw new EnvironmentError('admin-api', [
    'ROLECALL_SMTP_URL and ROLECALL_MAIL_FROM are missing; ROLECALL_PLATFORM_MAIL needs a mail server and a sender',
  ]);
}
