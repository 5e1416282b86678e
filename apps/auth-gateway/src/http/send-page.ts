import type { Response } from 'express';
import type { VNode } from 'preact';
import { renderPage } from '../pages/page.tsx';

/**
 * Where the forms of a page may lead. Chrome applies `form-action` to the redirects after a submission as well, so the
 * forms to sign in and out, whose POST ends at an identity provider that is not known before, must allow more than this
 * origin.
 */
export type FormTarget = 'none' | 'self' | 'identity-provider' | { readonly origin: string };

/** Of a page whose form ends at an allowed destination, or with us. */
export function formsTo(returnTo: string | undefined): FormTarget {
  return returnTo === undefined ? 'self' : { origin: new URL(returnTo).origin };
}

/**
 * Sends a page with its Content-Security-Policy: styles from this origin only, and no script at all, save the one whose hash
 * is given as `script`.
 */
export function sendPage(
  response: Response,
  page: VNode,
  options: { readonly status?: number; readonly forms?: FormTarget; readonly script?: string } = {},
): void {
  const { status = 200, forms = 'none', script } = options;
  const scripts = script === undefined ? '' : `; script-src ${script}`;
  response.setHeader('Content-Security-Policy', `${POLICY}${scripts}; form-action ${formActionOf(forms, response)}`);
  response.status(status).type('text/html; charset=utf-8').send(renderPage(page));
}

const POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'";

/** An identity provider's address is https; only a gateway on the developer's machine sends browsers to http. */
function formActionOf(forms: FormTarget, response: Response): string {
  if (forms === 'none') return "'none'";
  if (forms === 'self') return "'self'";
  if (typeof forms === 'object') return `'self' ${forms.origin}`;
  return response.app.get(HTTP_IDENTITY_PROVIDERS) === true ? "'self' https: http:" : "'self' https:";
}

/** Express setting: identity providers on http are allowed, because the gateway's own URL is http. */
export const HTTP_IDENTITY_PROVIDERS = 'rolecall http identity providers';
