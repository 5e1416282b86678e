import { baseUrl, choice, host, LOG_LEVELS, port, postgresUrl, readEnvironment } from '@rolecall/platform';

const DEFAULT_PORT = 4001;

const variables = {
  /** Public base URL: what `meta.location` begins with. */
  url: baseUrl('ROLECALL_SCIM_URL', { fallback: `http://localhost:${DEFAULT_PORT}` }),
  host: host('ROLECALL_HOST', { fallback: '127.0.0.1' }),
  /** Where to listen, when it is not the port of the public URL (behind a reverse proxy). */
  port: port('PORT', { fallback: undefined }),
  databaseUrl: postgresUrl('DATABASE_URL'),
  logLevel: choice('ROLECALL_LOG_LEVEL', LOG_LEVELS, 'info'),
};

/** Everything that the app takes from its environment, and the same redacted for the log. */
export interface Config {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly databaseUrl: string;
  readonly logLevel: (typeof LOG_LEVELS)[number];
  readonly redacted: Readonly<Record<string, string>>;
}

/** @throws EnvironmentError */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const { values, redacted } = readEnvironment('scim-server', variables, env);
  return { ...values, port: values.port ?? (Number(new URL(values.url).port) || DEFAULT_PORT), redacted };
}
