import { randomBytes } from 'node:crypto';
import { APP_VARIABLES, type AppSettings, baseUrl, readEnvironment, sealingKey } from '@rolecall/platform';
import type { Variable } from '@rolecall/platform';

const DEFAULT_PORT = 4001;

/** Entra's gallery and the IPSIE profile promise a directory 25 requests a second at least. */
const LOWEST_RATE = 25;

const rate: Variable<number | 'off'> = {
  name: 'ROLECALL_SCIM_RATE',
  want: `requests per second and directory, ${LOWEST_RATE} or more, or off`,
  secret: false,
  fallback: { value: 50 },
  parse: (text) => {
    if (text === 'off') return 'off';
    return /^\d{1,6}$/.test(text) && Number(text) >= LOWEST_RATE ? Number(text) : undefined;
  },
};

const poolSize: Variable<number> = {
  name: 'ROLECALL_DATABASE_POOL',
  want: 'connections to PostgreSQL at most, from 10 to 500',
  secret: false,
  fallback: { value: 20 },
  parse: (text) => (/^\d{2,3}$/.test(text) && Number(text) >= 10 && Number(text) <= 500 ? Number(text) : undefined),
};

const variables = {
  /** Public base URL: what `meta.location` begins with. */
  url: baseUrl('ROLECALL_SCIM_URL', { fallback: `http://localhost:${DEFAULT_PORT}` }),
  ...APP_VARIABLES,
  /** Shared by all organizations; one of them never holds more than four for its writes and four for its searches. */
  poolSize,
  /** How much one directory may ask of this process; something in front may limit instead. */
  rate,
  /** Seals the cursors of listings: the same for all processes, or a client that changes between two must begin anew. */
  cursorKey: sealingKey('ROLECALL_SCIM_CURSOR_KEY', { fallback: undefined }),
};

/** Everything that the app takes from its environment, and the same redacted for the log. */
export interface Config extends AppSettings {
  readonly url: string;
  readonly poolSize: number;
  readonly rate: number | 'off';
  readonly cursorKey: Buffer;
}

/** @throws EnvironmentError */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const { values, redacted } = readEnvironment('scim-server', variables, env);
  const cursorKey = values.cursorKey ?? randomBytes(32);
  return { ...values, cursorKey, port: values.port ?? (Number(new URL(values.url).port) || DEFAULT_PORT), redacted };
}
