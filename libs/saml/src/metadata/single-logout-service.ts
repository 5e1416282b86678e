import type { SingleLogoutService } from '../connection.ts';
import { childrenOf, type XmlElement } from '../xml/element.ts';
import { BINDING, NS } from '../xml/namespaces.ts';
import { isUsableUrl } from './sso-url.ts';

/**
 * The SingleLogoutService of an IDPSSODescriptor (Metadata 2.4.3): HTTP-Redirect before HTTP-POST, since a redirect needs no
 * page. One whose URLs a browser must not be sent to (rule G14) counts as not offered: a login does not depend on it.
 */
export function singleLogoutServiceOf(
  role: XmlElement,
  { allowHttp }: { readonly allowHttp: boolean },
): SingleLogoutService | undefined {
  const services = childrenOf(role, NS.metadata, 'SingleLogoutService');
  for (const binding of ['redirect', 'post'] as const) {
    for (const { attributes } of services) {
      if (attributes.get('Binding') !== BINDING[binding]) continue;
      const url = attributes.get('Location') ?? '';
      const responseUrl = attributes.get('ResponseLocation') ?? url;
      if ([url, responseUrl].every((text) => isUsableUrl(text, { allowHttp }))) return { binding, url, responseUrl };
    }
  }
  return undefined;
}
