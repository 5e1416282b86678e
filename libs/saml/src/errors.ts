import { SAML_ERROR_CODES, type MustAct, type SamlErrorCode } from './error-codes.ts';

const SHOWN_CHARACTERS = 200;

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

/**
 * Refuses a message: throws the SamlError of `code` with its sentence from `SAML_ERROR_CODES`.
 *
 * @param detail what was found and what was expected; unverified text is cut to 200 characters and stripped of controls
 */
export function refuse(code: SamlErrorCode, detail: { readonly got?: string; readonly want?: string } = {}): never {
  throw new SamlError(code, SAML_ERROR_CODES[code].sentence, {
    ...(detail.got === undefined ? {} : { got: printable(detail.got) }),
    ...(detail.want === undefined ? {} : { want: printable(detail.want) }),
  });
}

/** Who must act on a refusal; undefined for a code that this library does not know. */
export function whoMustAct(code: string): MustAct | undefined {
  return Object.hasOwn(SAML_ERROR_CODES, code) ? SAML_ERROR_CODES[code as SamlErrorCode].mustAct : undefined;
}

/** Control, format (bidi, zero-width) and line-separator characters and lone surrogates: they falsify what a reader sees. */
export const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

function printable(text: string): string {
  const cut = text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
  return cut.replace(new RegExp(UNPRINTABLE, 'gu'), '\uFFFD');
}
