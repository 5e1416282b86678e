import type { Response } from 'express';
import type { VNode } from 'preact';
import { renderPage } from '../pages/page.tsx';
import { ownDestinations } from './return-to.ts';

/**
 * Where the forms of a page may lead. Chrome applies `form-action` to the redirects after a submission as well, so the
 * forms to sign in and out, whose POST ends at an identity provider that is not known before, must allow more than this
 * origin.
 */
export type FormTarget = 'none' | 'self' | 'identity-provider' | { readonly origin: string };

/** Of a page whose form ends at an allowed destination, or with us. */
export function formsTo(returnTo: string | undefined, gatewayUrl: string): FormTarget {
  if (returnTo === undefined) return 'self';
  // one of ours leads on to an application, and an origin there is not known before
  const { origin, pathname } = new URL(returnTo);
  return ownDestinations(gatewayUrl).includes(origin + pathname) ? 'identity-provider' : { origin };
}

/**
 * Sends a page with its Content-Security-Policy: styles from this origin only, and no script at all, save the one whose hash
 * is given as `script`. `base` is the gateway's URL for a page that another origin shows: its styles are still ours.
 */
export function sendPage(
  response: Response,
  page: VNode,
  options: {
    readonly status?: number;
    readonly forms?: FormTarget;
    readonly script?: string;
    readonly base?: string;
  } = {},
): void {
  const { status = 200, forms = 'none', script, base } = options;
  const scripts = script === undefined ? '' : `; script-src ${script}`;
  response.setHeader(
    'Content-Security-Policy',
    `${policyOf(base)}${scripts}; form-action ${formActionOf(forms, response)}`,
  );
  response.status(status).type('text/html; charset=utf-8').send(renderPage(page));
}

function policyOf(base = "'self'"): string {
  return `default-src 'none'; style-src ${base}; img-src ${base}; base-uri 'none'; frame-ancestors 'none'`;
}

/** An identity provider's address is https; only a gateway on the developer's machine sends browsers to http. */
function formActionOf(forms: FormTarget, response: Response): string {
  if (forms === 'none') return "'none'";
  if (forms === 'self') return "'self'";
  if (typeof forms === 'object') return `'self' ${forms.origin}`;
  return response.app.get(HTTP_IDENTITY_PROVIDERS) === true ? "'self' https: http:" : "'self' https:";
}

/** Express setting: identity providers on http are allowed, because the gateway's own URL is http. */
export const HTTP_IDENTITY_PROVIDERS = 'rolecall http identity providers';
