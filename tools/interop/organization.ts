import { PERSON } from './person.ts';
import type { Product } from './products.ts';
import type { Variant } from './variants.ts';

export const IDENTITY_PROVIDER = 'idp';

export function organizationName(product: Pick<Product, 'name'>, variant: Variant): string {
  return `${product.name}-${variant.name}`;
}

/** The organization as a platform team would write it: metadata by URL, roles by group. */
export function organizationYaml(product: Pick<Product, 'name'>, variant: Variant, metadataUrl: string): string {
  return `apiVersion: rolecall/v1
kind: Organization
metadata:
  name: ${organizationName(product, variant)}
spec:
  scopes:
    account/main: {}
  identityProviders:
    ${IDENTITY_PROVIDER}:
      type: saml
      metadata: { url: '${metadataUrl}' }
      forceAuthn: ${variant.forceAuthn === true}
      signRequests: ${variant.signRequests === true}
      requestBinding: ${variant.postRequests ? 'post' : 'redirect'}
      singleLogout: ${variant.singleLogout === true}
      ${variant.offerKey ? 'serviceProviderKeys: {}' : ''}
      attributes: { email: mail }
  authorization:
    rules:
      - name: admins
        when: { attribute: groups, equals: ${PERSON.groups[0]} }
        grants: { account/main: [sso_admin] }
`;
}
