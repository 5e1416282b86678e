import { operatorEntry } from '../guidance/error-guidance.ts';
import type { OutboundErrorCode } from '../outbound/outbound-error.ts';

/** What keeps a fetch from happening; the error itself says it with the host's name. */
const OUTBOUND: Readonly<Record<OutboundErrorCode, string>> = {
  outbound_url_invalid: 'Correct the URL in the document.',
  outbound_scheme_refused: 'Write a URL that begins with https://, or allow its origin (ROLECALL_OUTBOUND_ALLOW).',
  outbound_port_refused: 'Use port 443 or 8443.',
  outbound_host_refused: 'Write a public host name.',
  outbound_address_refused:
    'The host has an address that is not public: for an internal identity provider allow its origin (ROLECALL_OUTBOUND_ALLOW).',
  outbound_redirect_refused: 'The URL redirects: write the one that it redirects to.',
  outbound_status: 'The URL does not answer with status 200: ask for its present address.',
  outbound_too_large: 'The URL serves more than 1 MB: write the one of this identity provider alone.',
  outbound_timeout: 'The host did not answer in time: it is tried again, and what is known stays in use.',
  outbound_unreachable: 'The host cannot be reached: it is tried again, and what is known stays in use.',
};

const READING: Readonly<Record<string, string>> = {
  metadata_not_xml: 'The URL does not serve XML: it may be the address of a page for people.',
  metadata_not_utf8: 'Publish the metadata encoded in UTF-8.',
  metadata_sso_url_insecure: 'Publish an https URL for single sign-on.',
};

const SENTENCES = new Map(Object.entries({ ...OUTBOUND, ...READING }));

/** What to do about metadata that was not taken, by the code of its last refresh. */
export function metadataSentence(code: string): string {
  return SENTENCES.get(code) ?? operatorEntry(code)?.sentence ?? 'Look for this code in the log of the service.';
}
