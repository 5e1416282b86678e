import { OIDC_ERROR_CODES, type OidcErrorCode } from './error-codes.ts';

const SHOWN_CHARACTERS = 200;
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** Values of an answer for the operator's flow record: bounded and cleaned; never shown to the user, never logged. */
export interface ErrorDetail {
  readonly got?: string;
  readonly want?: string;
}

/** A refused answer of the provider. `code` is stable and names the check; `got`/`want` are for the operator only. */
export class OidcError extends Error {
  override readonly name = 'OidcError';
  constructor(
    readonly code: OidcErrorCode,
    message: string,
    readonly detail: ErrorDetail = {},
  ) {
    super(message);
  }
}

/**
 * Refuses an answer: throws the OidcError of `code` with its sentence from `OIDC_ERROR_CODES`.
 * @param detail what was found and what was expected; unverified text is cut to 200 characters and stripped of controls
 */
export function refuse(code: OidcErrorCode, detail: ErrorDetail = {}): never {
  throw new OidcError(code, OIDC_ERROR_CODES[code].sentence, {
    ...(detail.got === undefined ? {} : { got: printable(detail.got) }),
    ...(detail.want === undefined ? {} : { want: printable(detail.want) }),
  });
}

/** An unverified value of any type as short text. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === undefined ? 'absent' : (JSON.stringify(value) ?? typeof value);
}

function printable(text: string): string {
  const cut = text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
  return cut.replace(UNPRINTABLE, '\uFFFD');
}
