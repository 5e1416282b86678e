import { detectVendor, isVendor, type Vendor, type VendorHints } from './index.ts';

it.each<[Vendor, VendorHints]>([
  ['okta', { entityId: 'http://www.okta.com/exk1fxphMmbY3Zjuv0h8', ssoUrl: 'https://id.acme.com/app/x/sso/saml' }],
  ['okta', { issuer: 'https://acme.okta.com' }],
  ['okta', { ssoUrl: 'https://acme.oktapreview.com/app/x/sso/saml' }],
  ['entra', { entityId: 'https://sts.windows.net/7b8c2e9a-0000-4000-8000-000000000000/' }],
  ['entra', { issuer: 'https://login.microsoftonline.com/7b8c2e9a-0000-4000-8000-000000000000/v2.0' }],
  ['onelogin', { entityId: 'https://app.onelogin.com/saml/metadata/11111111-2222-4333-8444-555555555555' }],
  ['onelogin', { issuer: 'https://acme.onelogin.com/oidc/2' }],
  ['google', { entityId: 'https://accounts.google.com/o/saml2?idpid=C01abcde2' }],
  ['google', { issuer: 'https://accounts.google.com' }],
  ['jumpcloud', { entityId: 'acme', ssoUrl: 'https://sso.jumpcloud.com/saml2/acme' }],
  ['jumpcloud', { issuer: 'https://oauth.id.jumpcloud.com/' }],
  ['pingone', { entityId: 'https://auth.pingone.eu/4f1c0000-0000-4000-8000-000000000000' }],
  ['cloudflare', { issuer: 'https://acme.cloudflareaccess.com/cdn-cgi/access/sso/oidc/0123' }],
  ['auth0', { entityId: 'urn:acme.eu.auth0.com' }],
  ['auth0', { issuer: 'https://acme.us.auth0.com/' }],
  ['keycloak', { entityId: 'https://id.acme.com/realms/staff' }],
  ['keycloak', { issuer: 'https://id.acme.com/auth/realms/staff' }],
  ['adfs', { entityId: 'http://adfs.acme.com/adfs/services/trust', ssoUrl: 'https://adfs.acme.com/adfs/ls/' }],
  ['generic', { entityId: 'https://id.acme.com/saml' }],
  // a name of somebody else's domain is not enough
  ['generic', { entityId: 'https://okta.com.evil.example/x' }],
  ['generic', { entityId: 'https://notokta.com/x' }],
  ['generic', { entityId: 'https://evil.example/?x=https://acme.okta.com' }],
  ['generic', { entityId: 'acme.okta.com and no URL' }],
  ['generic', { entityId: 'urn:example:idp' }],
  ['generic', { entityId: 'x'.repeat(100_000) }],
  ['generic', {}],
])('%s is seen in %j', (vendor, hints) => {
  expect(detectVendor(hints)).toBe(vendor);
});

it.each([
  ['okta', true],
  ['generic', true],
  ['Okta', false],
  ['constructor', false],
  [['okta'], false],
  [undefined, false],
])('whether %j is a vendor: %s', (text, expected) => {
  expect(isVendor(text)).toBe(expected);
});
