/** A request that a limit turned away before anything of it was looked at. */
export class TooManyRequests extends Error {
  override readonly name = 'TooManyRequests';
  readonly code = 'too_many_requests';
  constructor(
    /** When to come again. */
    readonly retryAfterSeconds: number,
  ) {
    super('too many requests');
  }
}
