/** A request of ours as an attribute names it; issuer and signature come later in a Response, so the beginning is enough. */
const IN_RESPONSE_TO = /\sInResponseTo\s*=\s*["'](_r?[0-9a-f]{76})["']/;
const BEGINNING = 16_384;

/**
 * The request that the form at an ACS claims to answer, UNVERIFIED: anybody can write it. It names the login under whose
 * trace id a refusal is recorded, and decides nothing else. (RelayState would say less: some identity providers drop it.)
 */
export function unverifiedInResponseTo(form: unknown): string | undefined {
  const response = typeof form === 'object' && form !== null && 'SAMLResponse' in form ? form.SAMLResponse : undefined;
  if (typeof response !== 'string') return undefined;
  return IN_RESPONSE_TO.exec(Buffer.from(response.slice(0, BEGINNING), 'base64').toString('latin1'))?.[1];
}
