import { refuse } from '../errors.ts';

/** The part of an HTTP request that the strategy reads; an Express request is one. All of it is UNVERIFIED. */
export interface AcsRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly query: unknown;
  readonly body?: unknown;
  readonly params: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** The fields of the HTTP-POST binding (Bindings 3.5.4), each one string. UNVERIFIED. */
export interface AcsForm {
  readonly SAMLResponse: string;
  readonly RelayState?: string;
}

const MAX_RELAY_STATE_BYTES = 80;

/**
 * Takes the form of a POST to the assertion consumer service (rule G1): one SAMLResponse, at most one RelayState, no
 * SAMLRequest, nothing of SAML in the query, so that no other message or binding is ever looked at.
 */
export function acsForm(req: AcsRequest): AcsForm {
  if (req.method !== 'POST') refuse('method_not_allowed', { got: req.method, want: 'POST' });
  if (queryNames(req).some((name) => /^saml/i.test(name))) refuse('saml_in_query');
  const contentType = String(req.headers['content-type'] ?? '')
    .split(';')[0]
    ?.trim()
    .toLowerCase();
  if (contentType !== 'application/x-www-form-urlencoded') refuse('content_type_not_form', { got: contentType });
  const fields = new Map<string, unknown>(Object.entries(req.body ?? {}));
  if (fields.has('SAMLRequest')) refuse('saml_request_not_allowed');
  const response = fields.get('SAMLResponse') ?? '';
  const relayState = fields.get('RelayState');
  if (typeof response !== 'string') return refuse('saml_response_repeated');
  if (response === '') refuse('saml_response_missing');
  if (relayState === undefined) return { SAMLResponse: response };
  if (typeof relayState !== 'string' || Buffer.byteLength(relayState) > MAX_RELAY_STATE_BYTES)
    return refuse('relay_state_invalid');
  return { SAMLResponse: response, RelayState: relayState };
}

/** Names as the query parser of the framework and as the URL standard see them: `%53AMLRequest` is one of ours too. */
function queryNames({ url, query }: AcsRequest): readonly string[] {
  const search = url.includes('?') ? url.slice(url.indexOf('?') + 1) : '';
  return [...Object.keys(query ?? {}), ...new URLSearchParams(search).keys()];
}
