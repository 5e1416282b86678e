import { errorGuidance, isVendor } from '@rolecall/platform/guidance';

/**
 * What to do about a code, as the API answers it; null without a code, and for one of another version.
 * @param vendor as it was stored
 */
export function guidanceOf(
  code: string | undefined,
  vendor: string | undefined,
  protocol: 'saml' | 'oidc',
): object | null {
  const guidance =
    code === undefined ? undefined : errorGuidance(code, isVendor(vendor) ? vendor : 'generic', protocol);
  return guidance ? { sentence: guidance.sentence, menu: guidance.menu ?? null, guide: guidance.guide } : null;
}
