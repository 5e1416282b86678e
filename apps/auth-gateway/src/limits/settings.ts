import type { Variable } from '@rolecall/platform';

/** What each limit allows in a minute; every gateway process counts for itself. */
export interface RateLimitSettings {
  /** Logins that one client begins. */
  readonly start: number;
  /** E-mail addresses and names that one client looks up at the sign-in page. */
  readonly identify: number;
  /** Answers of identity providers from one client that are refused. */
  readonly answer: number;
  /** Refused answers at one SAML connection, from anybody, after which only answers that a login waits for are looked at. */
  readonly connection: number;
  /** Wrong secrets of one application from one client; ten times as many of all of them. */
  readonly application: number;
}

/** A company behind one address begins its day: ten people in a second are fine, ten thousand guesses in a minute are not. */
export const DEFAULT_RATE_LIMITS: RateLimitSettings = {
  start: 1200,
  identify: 600,
  answer: 300,
  connection: 120,
  application: 300,
};

const NAMES = Object.keys(DEFAULT_RATE_LIMITS) as readonly (keyof RateLimitSettings)[];
const ENTRY = /^([a-z]+)=([1-9]\d{0,6})$/;

/** `start=1200,answer=300`, per minute; what is not named keeps its default. `off` = something in front limits. */
export const rateLimits: Variable<RateLimitSettings | 'off'> = {
  name: 'ROLECALL_RATE_LIMITS',
  want: `limits per minute such as start=1200,answer=300 (of ${NAMES.join(', ')}), or off`,
  secret: false,
  fallback: { value: DEFAULT_RATE_LIMITS },
  parse: (text) => (text === 'off' ? 'off' : parseLimits(text)),
};

function parseLimits(text: string): RateLimitSettings | undefined {
  const entries = text.split(',').map((entry) => ENTRY.exec(entry.trim()));
  const given = new Map(entries.map((match) => [match?.[1], Number(match?.[2])]));
  const names: readonly (string | undefined)[] = NAMES;
  const good = given.size === entries.length && [...given.keys()].every((name) => names.includes(name));
  return good ? { ...DEFAULT_RATE_LIMITS, ...Object.fromEntries(given) } : undefined;
}
