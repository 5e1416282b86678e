import {
  addressDays,
  baseUrl,
  choice,
  host,
  LOG_LEVELS,
  mailFrom,
  type MailSettings,
  mailSettings,
  networks,
  origins,
  port,
  postgresUrl,
  readEnvironment,
  sealingKey,
  smtpUrl,
} from '@rolecall/platform';
import type { VerifierName } from '@rolecall/saml';
import { ownDestinations } from './http/return-to.ts';
import { urlPrefix } from './passwords/url-prefix.ts';
import { rateLimits, type RateLimitSettings } from './limits/settings.ts';

/** Injection token of the configuration. */
export const CONFIG = Symbol('Config');

const DEFAULT_PORT = 4000;

const variables = {
  /** Public base URL: entity ids, ACS URLs and cookies depend on it, never on the Host header. */
  url: baseUrl('ROLECALL_GATEWAY_URL', { fallback: `http://localhost:${DEFAULT_PORT}` }),
  /** Public base URL of the SCIM server: set-up pages show it. */
  scimUrl: baseUrl('ROLECALL_SCIM_URL', { fallback: 'http://localhost:4001' }),
  /** Where recovery access repairs a sign-in: base URL of the admin API, as this process reaches it. */
  adminUrl: baseUrl('ROLECALL_ADMIN_URL', { fallback: 'http://localhost:4002' }),
  host: host('ROLECALL_HOST', { fallback: '127.0.0.1' }),
  /** Where to listen, when it is not the port of the public URL (behind a reverse proxy). */
  port: port('PORT', { fallback: undefined }),
  databaseUrl: postgresUrl('DATABASE_URL'),
  /** Opens the sealed keys that sign our AuthnRequests. */
  masterKey: sealingKey('ROLECALL_MASTER_KEY'),
  /** Opens what it sealed, while another one takes over. */
  previousMasterKey: sealingKey('ROLECALL_MASTER_KEY_PREVIOUS', { fallback: undefined }),
  /** Origins that OpenID providers may have at private addresses or on http. */
  outboundAllow: origins('ROLECALL_OUTBOUND_ALLOW'),
  /** Knows breached passwords: the range API of Have I Been Pwned, or of a mirror. */
  breachedPasswordsUrl: urlPrefix('ROLECALL_BREACHED_PASSWORDS_URL'),
  /** Origins of applications that a login may return to, and pages of ours. */
  returnTo: origins('ROLECALL_RETURN_TO'),
  /** The engine that verifies signatures of SAML responses; node-saml is the way back (docs/decisions/0011). */
  samlVerifier: choice('ROLECALL_SAML_VERIFIER', ['strict', 'node-saml'], 'strict'),
  /** Proxies that tell the client's address: networks in CIDR notation. */
  trustedProxies: networks('ROLECALL_TRUSTED_PROXIES'),
  rateLimits,
  /** Through which mail goes out, and who it is from; none = no mail is sent. */
  smtp: smtpUrl,
  mailFrom,
  /** How long client addresses stand beside the audit log. */
  addressDays: addressDays('ROLECALL_AUDIT_ADDRESS_DAYS'),
  logLevel: choice('ROLECALL_LOG_LEVEL', LOG_LEVELS, 'info'),
};

/** Everything that the gateway takes from its environment, and the same redacted for the log. */
export interface Config {
  readonly url: string;
  readonly scimUrl: string;
  readonly adminUrl: string;
  readonly host: string;
  readonly port: number;
  readonly databaseUrl: string;
  readonly masterKey: Buffer;
  readonly previousMasterKey: Buffer | undefined;
  readonly outboundAllow: readonly string[];
  readonly breachedPasswordsUrl: string | undefined;
  readonly returnTo: readonly string[];
  readonly samlVerifier: VerifierName;
  readonly trustedProxies: readonly string[];
  readonly rateLimits: RateLimitSettings | 'off';
  readonly mail: MailSettings | undefined;
  readonly addressDays: number;
  readonly logLevel: (typeof LOG_LEVELS)[number];
  readonly redacted: Readonly<Record<string, string>>;
}

/** @throws EnvironmentError */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const { values, redacted } = readEnvironment('auth-gateway', variables, env);
  const { protocol, port: urlPort } = new URL(values.url);
  const implied = Number(urlPort) || (protocol === 'https:' ? 443 : 80);
  const { smtp, mailFrom: from, ...others } = values;
  const mail = mailSettings('auth-gateway', smtp, from);
  const returnTo = [...values.returnTo, ...ownDestinations(values.url)];
  return { ...others, returnTo, port: values.port ?? implied, mail, redacted };
}
