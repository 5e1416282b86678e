import type { Provider } from 'oidc-provider';

type Middleware = Parameters<Provider['use']>[0];

/** Styles, scripts and frames of nobody; oidc-provider adds the hash of the script that posts an answer. */
const POLICY = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; script-src 'none'";

/** The response modes that clients of ours have. */
const MODES = ['query', 'form_post'];

/**
 * What is ours around oidc-provider: addresses are those of the gateway's configuration, whatever the Host header says; it sets no cookie, since
 * the session is the gateway's; and of the prompts that it knows, those mean something here that it has.
 */
export function ownContext(gatewayUrl: string): Middleware {
  return async (context, next) => {
    const href = gatewayUrl + context.originalUrl;
    Object.defineProperties(context.request, {
      href: { value: href },
      origin: { value: gatewayUrl },
    });
    if (context.path === '/auth') {
      context.set('Content-Security-Policy', POLICY);
      context.query = { ...context.query, ...promptOf(context.query['prompt']) };
    }
    await next();
    if (!context.headerSent) context.res.removeHeader('Set-Cookie');
    const { body } = context;
    if (context.path.startsWith('/.well-known/') && typeof body === 'object' && body !== null) {
      context.body = { ...body, response_modes_supported: MODES, code_challenge_methods_supported: ['S256'] };
    }
  };
}

/** The organization has consented by declaring the application; an account is chosen by signing in. */
function promptOf(prompt: unknown): { prompt?: string } {
  if (typeof prompt !== 'string' || prompt.split(' ').includes('none')) return {};
  const meant = prompt
    .split(' ')
    .filter((word) => word !== 'consent')
    .map((word) => (word === 'select_account' ? 'login' : word));
  return { prompt: [...new Set(meant)].join(' ') };
}
