/** Exit codes of every command. */
export const EXIT = {
  done: 0,
  failed: 1,
  changesPending: 2,
  invalid: 3,
  stale: 4,
  guarded: 5,
  driftOnly: 6,
  partlyApplied: 7,
  usage: 64,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ends the command with a sentence on stderr that says what to do. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  constructor(
    readonly exitCode: ExitCode,
    /** Stable, snake_case. */
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}
