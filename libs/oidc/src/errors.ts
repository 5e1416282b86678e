/** A refused answer of the provider. `code` is stable and names the check; `got`/`want` are for the operator only. */
export class OidcError extends Error {
  override readonly name = 'OidcError';
  constructor(
    readonly code: string,
    message: string,
    readonly detail: { readonly got?: string; readonly want?: string } = {},
  ) {
    super(message);
  }
}
