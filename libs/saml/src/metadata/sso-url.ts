import { refuse } from '../errors.ts';

const MAX_URL = 2048;

/** Whether a browser may be sent to a URL that metadata names: https (or http where allowed), no credentials, no fragment. */
export function isUsableUrl(text: string, { allowHttp }: { readonly allowHttp: boolean }): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return (
    url !== undefined &&
    text.length <= MAX_URL &&
    schemesOf(allowHttp).includes(url.protocol) &&
    url.username === '' &&
    url.password === '' &&
    url.hash === ''
  );
}

/**
 * Refuses a single sign-on URL that a browser must not be sent to: no https (or http where allowed), with credentials or
 * a fragment (rule G14; `javascript:` would run on our own origin).
 */
export function requireSsoUrl(text: string, { allowHttp }: { readonly allowHttp: boolean }): void {
  if (!isUsableUrl(text, { allowHttp }))
    refuse('metadata_sso_url_invalid', { got: text, want: schemesOf(allowHttp).join(' or ') });
}

function schemesOf(allowHttp: boolean): readonly string[] {
  return allowHttp ? ['https:', 'http:'] : ['https:'];
}
