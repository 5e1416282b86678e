import type { ProviderReference } from '../connection.ts';
import type { ProviderMetadata } from '../discovery/discover.ts';
import { refuse, shown } from '../errors.ts';
import { mayAnswerAs } from '../issuer.ts';

const MAX_CODE = 4_096;

/** The query of a callback as it came: UNVERIFIED, a repeated parameter is a list. */
export type CallbackQuery = Readonly<Record<string, unknown>>;

/**
 * The code of a callback whose state was found, and consumed, by the caller: nothing is read before that. First who answers
 * (RFC 9207 §2.4: also for error answers), then what.
 * @throws OidcError `callback_…`, `access_denied`, `provider_refused`
 */
export function codeOf(query: CallbackQuery, provider: ProviderReference, metadata: ProviderMetadata): string {
  const { iss, error, code } = query;
  if (iss === undefined && metadata.namesItselfInCallback) {
    refuse('callback_issuer_missing', { want: metadata.issuer });
  }
  if (iss !== undefined && !mayAnswerAs(provider, iss)) {
    refuse('callback_issuer_mismatch', { got: shown(iss), want: metadata.issuer });
  }
  if (error !== undefined) {
    const description = shown(query['error_description'] ?? '');
    refuse(error === 'access_denied' ? 'access_denied' : 'provider_refused', { got: `${shown(error)} ${description}` });
  }
  if (typeof code !== 'string' || code === '' || code.length > MAX_CODE) {
    return refuse('callback_invalid', { want: 'one code', got: code === undefined ? 'no code' : 'another form' });
  }
  return code;
}
