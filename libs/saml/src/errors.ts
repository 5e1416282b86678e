/**
 * A refused message. `code` is stable and names the check; `got`/`want` are for the operator's flow record, bounded and
 * cleaned of control characters, and may hold values of the message: never shown to the user, never logged.
 */
export class SamlError extends Error {
  override readonly name = 'SamlError';
  constructor(
    readonly code: string,
    message: string,
    readonly detail: { readonly got?: string; readonly want?: string } = {},
  ) {
    super(message);
  }
}
