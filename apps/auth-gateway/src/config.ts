import {
  APP_VARIABLES,
  type AppSettings,
  baseUrl,
  choice,
  KEY_VARIABLES,
  type KeySettings,
  mailFrom,
  type MailSettings,
  mailSettings,
  origins,
  readEnvironment,
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
  ...APP_VARIABLES,
  /** They open the sealed keys that sign our AuthnRequests. */
  ...KEY_VARIABLES,
  /** Origins that OpenID providers may have at private addresses or on http. */
  outboundAllow: origins('ROLECALL_OUTBOUND_ALLOW'),
  /** Knows breached passwords: the range API of Have I Been Pwned, or of a mirror. */
  breachedPasswordsUrl: urlPrefix('ROLECALL_BREACHED_PASSWORDS_URL'),
  /** Origins of applications that a login may return to, and pages of ours. */
  returnTo: origins('ROLECALL_RETURN_TO'),
  /** The engine that verifies signatures of SAML responses; node-saml is the way back (docs/decisions/0011). */
  samlVerifier: choice('ROLECALL_SAML_VERIFIER', ['strict', 'node-saml'], 'strict'),
  rateLimits,
  /** Through which mail goes out, and who it is from; none = no mail is sent. */
  smtp: smtpUrl,
  mailFrom,
};

/** Everything that the gateway takes from its environment, and the same redacted for the log. */
export interface Config extends AppSettings, KeySettings {
  readonly url: string;
  readonly scimUrl: string;
  readonly adminUrl: string;
  readonly outboundAllow: readonly string[];
  readonly breachedPasswordsUrl: string | undefined;
  readonly returnTo: readonly string[];
  readonly samlVerifier: VerifierName;
  readonly rateLimits: RateLimitSettings | 'off';
  readonly mail: MailSettings | undefined;
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
