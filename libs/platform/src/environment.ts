/** One environment variable of an app: its name, what it is for, and how its text becomes a value. */
export interface Variable<T> {
  readonly name: string;
  /** What to write, as a noun phrase; printed when the value is missing or wrong. */
  readonly want: string;
  /** A secret's value is never printed, neither in an error nor at the start. */
  readonly secret: boolean;
  /** Taken when the variable is absent or empty; a variable without it must be given. */
  readonly fallback?: { readonly value: T } | undefined;
  /** Returns undefined for a text that is not what is wanted. */
  parse(text: string): T | undefined;
}

type Spec = Readonly<Record<string, Variable<unknown>>>;
type Values<S extends Spec> = { readonly [K in keyof S]: S[K] extends Variable<infer T> ? T : never };

/** The typed configuration of an app, and the same as text for the log, secrets replaced. */
export interface Environment<S extends Spec> {
  readonly values: Values<S>;
  readonly redacted: Readonly<Record<string, string>>;
}

/** The environment is wrong; the message names every variable that is, what was got and what to write. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError';
  readonly code = 'environment_invalid';
  constructor(
    app: string,
    readonly problems: readonly string[],
  ) {
    const count = problems.length === 1 ? 'a variable' : `${problems.length} variables`;
    super(
      `${app} can't start: ${count} of its environment must be mended\n${problems.map((p) => `  ${p}\n`).join('')}`,
    );
  }
}

/**
 * Reads an app's whole configuration once, at the start.
 * @param env usually `process.env`; nothing else of a process reads it.
 * @throws EnvironmentError with all problems at once.
 */
export function readEnvironment<const S extends Spec>(
  app: string,
  spec: S,
  env: Readonly<Record<string, string | undefined>>,
): Environment<S> {
  const values: Record<string, unknown> = {};
  const redacted: Record<string, string> = {};
  const problems: string[] = [];
  for (const [key, variable] of Object.entries(spec)) {
    const text = env[variable.name]?.trim();
    const value = text ? variable.parse(text) : variable.fallback?.value;
    if (text ? value === undefined : !variable.fallback) problems.push(problemOf(variable, text));
    values[key] = value;
    redacted[variable.name] = text ? (variable.secret ? '(secret)' : text) : `${shown(value)} (default)`;
  }
  if (problems.length > 0) throw new EnvironmentError(app, problems);
  return { values: values as Values<S>, redacted };
}

function problemOf(variable: Variable<unknown>, text: string | undefined): string {
  const got = !text ? 'is missing' : variable.secret ? 'has a wrong value (not shown)' : `is ${JSON.stringify(text)}`;
  return `${variable.name} ${got}; write ${variable.want}`;
}

function shown(value: unknown): string {
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return '(none)';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
