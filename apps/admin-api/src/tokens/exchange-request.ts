import { Problem } from '@rolecall/platform';

const GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';
const SUBJECT_TYPES = new Set(['urn:ietf:params:oauth:token-type:id_token', 'urn:ietf:params:oauth:token-type:jwt']);
const KNOWN = new Set(['grant_type', 'subject_token', 'subject_token_type', 'requested_token_type', 'scope']);

/** What an exchange asks for (RFC 8693 §2.1). */
export interface ExchangeRequest {
  /** UNVERIFIED, as a job's host made it. */
  readonly unverifiedToken: string;
  /** Names of rights that the job wants of those that it may have; undefined = all. UNTRUSTED */
  readonly scope: readonly string[] | undefined;
}

/**
 * Reads the form. Nothing here depends on what the server knows.
 * @param form UNTRUSTED, of application/x-www-form-urlencoded
 * @throws Problem 400 `invalid_request`, `unsupported_grant_type`
 */
export function readExchangeRequest(form: unknown): ExchangeRequest {
  if (!(form instanceof URLSearchParams)) throw invalid('send a form: application/x-www-form-urlencoded');
  const names = [...form.keys()];
  const odd = names.find((name) => !KNOWN.has(name));
  if (odd !== undefined) throw invalid('the form has a parameter that this exchange does not know');
  if (new Set(names).size < names.length) throw invalid('a parameter stands twice; send each once');
  if (form.get('grant_type') !== GRANT) {
    throw new Problem(400, 'unsupported_grant_type', `grant_type must be ${GRANT}`);
  }
  const requested = form.get('requested_token_type') ?? ACCESS_TOKEN;
  if (requested !== ACCESS_TOKEN) throw invalid(`requested_token_type can be ${ACCESS_TOKEN} only`);
  if (!SUBJECT_TYPES.has(form.get('subject_token_type') ?? '')) {
    throw invalid(`subject_token_type must be ${[...SUBJECT_TYPES].join(' or ')}`);
  }
  const unverifiedToken = form.get('subject_token') ?? '';
  if (unverifiedToken === '') throw invalid('subject_token is missing');
  const scope = form.get('scope')?.split(' ').filter(Boolean);
  return { unverifiedToken, scope: scope?.length === 0 ? undefined : scope };
}

const invalid = (sentence: string) => new Problem(400, 'invalid_request', sentence);
