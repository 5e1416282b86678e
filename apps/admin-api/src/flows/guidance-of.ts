import { errorGuidance, isVendor } from '@rolecall/platform/guidance';

/**
 * What to do about a code, as the API answers it; null without a code, and for one of another version.
 * @param vendor as it was stored
 * @param setup the address of the set-up page of this connection
 */
export function guidanceOf(
  code: string | undefined,
  vendor: string | undefined,
  protocol: 'saml' | 'oidc',
  setup: string | null,
): object | null {
  const guidance =
    code === undefined ? undefined : errorGuidance(code, isVendor(vendor) ? vendor : 'generic', protocol);
  return guidance ? { sentence: guidance.sentence, menu: guidance.menu ?? null, guide: guidance.guide, setup } : null;
}

/** The page of the gateway with what is entered where at an identity provider; null when a login could not tell which. */
export function setupPageOf(gatewayUrl: string, organization: string, identityProvider: string): string | null {
  if (identityProvider === 'unknown') return null;
  return `${gatewayUrl}/setup/${organization}/${identityProvider}`;
}

/** Injection token of the gateway's public base URL. */
export const GATEWAY_URL = Symbol('GatewayUrl');
