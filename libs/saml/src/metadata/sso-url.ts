import { refuse } from '../errors.ts';

const MAX_URL = 2048;

/**
 * Refuses a single sign-on URL that a browser must not be sent to: no https (or http where allowed), with credentials or
 * a fragment (rule G14; `javascript:` would run on our own origin).
 */
export function requireSsoUrl(text: string, { allowHttp }: { readonly allowHttp: boolean }): void {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const schemes = allowHttp ? ['https:', 'http:'] : ['https:'];
  const usable =
    url !== undefined &&
    schemes.includes(url.protocol) &&
    url.username === '' &&
    url.password === '' &&
    url.hash === '';
  if (!usable || text.length > MAX_URL) refuse('metadata_sso_url_invalid', { got: text, want: schemes.join(' or ') });
}
