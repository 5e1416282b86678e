import type { IdpMetadata } from '../connection.ts';
import { refuse } from '../errors.ts';
import { childrenOf, type XmlElement } from '../xml/element.ts';
import { BINDING, NS } from '../xml/namespaces.ts';
import { isUsableUrl, requireSsoUrl } from './sso-url.ts';

/**
 * Where an IDPSSODescriptor takes AuthnRequests (Metadata 2.4.3): by HTTP-Redirect, and by HTTP-POST where it says so. An
 * HTTP-POST endpoint that a browser must not be sent to (rule G14) counts as not offered when there is another way.
 *
 * @throws SamlError `metadata_no_redirect_endpoint` when it has neither, `metadata_sso_url_invalid`
 */
export function singleSignOnOf(
  role: XmlElement,
  { allowHttp }: { readonly allowHttp: boolean },
): Pick<IdpMetadata, 'ssoUrl' | 'ssoPostUrl' | 'ssoByPostOnly'> {
  const services = childrenOf(role, NS.metadata, 'SingleSignOnService');
  const at = (binding: string) =>
    services.find(({ attributes }) => attributes.get('Binding') === binding)?.attributes.get('Location');
  const redirect = at(BINDING.redirect);
  const post = at(BINDING.post);
  const ssoUrl = redirect ?? post;
  if (ssoUrl === undefined) {
    const got = services.map(({ attributes }) => attributes.get('Binding') ?? '').join(' ');
    return refuse('metadata_no_redirect_endpoint', { got, want: `${BINDING.redirect} or ${BINDING.post}` });
  }
  requireSsoUrl(ssoUrl, { allowHttp });
  return {
    ssoUrl,
    ...(post !== undefined && isUsableUrl(post, { allowHttp }) ? { ssoPostUrl: post } : {}),
    ...(redirect === undefined ? { ssoByPostOnly: true } : {}),
  };
}
