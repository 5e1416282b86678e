import { LOG_LEVELS } from './logger.ts';
import { addressDays, choice, host, networks, port, postgresUrl, sealingKey } from './variables.ts';

/** What every app reads of its environment beside its own URL. */
export const APP_VARIABLES = {
  host: host('ROLECALL_HOST', { fallback: '127.0.0.1' }),
  /** Where to listen, when it is not the port of the public URL (behind a reverse proxy). */
  port: port('PORT', { fallback: undefined }),
  databaseUrl: postgresUrl('DATABASE_URL'),
  /** Proxies that tell the client's address: networks in CIDR notation. */
  trustedProxies: networks('ROLECALL_TRUSTED_PROXIES'),
  /** How long client addresses stand beside the audit log; where nothing is purged it counts whether at all. */
  addressDays: addressDays('ROLECALL_AUDIT_ADDRESS_DAYS'),
  logLevel: choice('ROLECALL_LOG_LEVEL', LOG_LEVELS, 'info'),
};

/** What apps read that open or seal secrets of organizations. */
export const KEY_VARIABLES = {
  masterKey: sealingKey('ROLECALL_MASTER_KEY'),
  /** Opens what it sealed, while another one takes over. */
  previousMasterKey: sealingKey('ROLECALL_MASTER_KEY_PREVIOUS', { fallback: undefined }),
};

/** `APP_VARIABLES` as read, and all that was read, redacted for the log. */
export interface AppSettings {
  readonly host: string;
  readonly port: number;
  readonly databaseUrl: string;
  readonly trustedProxies: readonly string[];
  readonly addressDays: number;
  readonly logLevel: (typeof LOG_LEVELS)[number];
  readonly redacted: Readonly<Record<string, string>>;
}

/** `KEY_VARIABLES` as read. */
export interface KeySettings {
  readonly masterKey: Buffer;
  readonly previousMasterKey: Buffer | undefined;
}
