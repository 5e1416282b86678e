/** Makes of identity providers that we know the menus of; `generic` = any other. */
export const VENDORS = [
  'okta',
  'entra',
  'onelogin',
  'google',
  'jumpcloud',
  'pingone',
  'cloudflare',
  'auth0',
  'keycloak',
  'adfs',
  'generic',
] as const;
export type Vendor = (typeof VENDORS)[number];

/** What an identity provider is known by: claims of its metadata or configuration, so a hint and never a proof. */
export interface VendorHints {
  /** SAML. */
  readonly entityId?: string | undefined;
  /** SAML: where a browser is sent. */
  readonly ssoUrl?: string | undefined;
  /** OpenID Connect. */
  readonly issuer?: string | undefined;
}

/** Domains that belong to a vendor; a host is one of them or below. */
const DOMAINS: readonly (readonly [Vendor, readonly string[]])[] = [
  ['okta', ['okta.com', 'oktapreview.com', 'okta-emea.com', 'okta-gov.com', 'okta.mil']],
  [
    'entra',
    [
      'sts.windows.net',
      'login.windows.net',
      'login.microsoftonline.com',
      'login.microsoftonline.us',
      'login.partner.microsoftonline.cn',
      'sts.chinacloudapi.cn',
      'ciamlogin.com',
    ],
  ],
  ['onelogin', ['onelogin.com', 'onelogin.eu']],
  ['google', ['accounts.google.com']],
  ['jumpcloud', ['jumpcloud.com']],
  [
    'pingone',
    ['pingone.com', 'pingone.eu', 'pingone.ca', 'pingone.asia', 'pingone.com.au', 'pingone.sg', 'pingidentity.com'],
  ],
  ['cloudflare', ['cloudflareaccess.com']],
  ['auth0', ['auth0.com']],
];

/** Paths that a product has wherever it is installed. */
const PATHS: readonly (readonly [Vendor, RegExp])[] = [
  ['adfs', /^\/adfs(?:\/|$)/i],
  ['keycloak', /^(?:\/auth)?\/realms\/[^/]+/],
];

/**
 * The vendor of an identity provider, so that an error can name the menu to open. Pure; a custom domain in front of Okta is
 * seen by its entity id, one in front of Auth0 is not, and is `generic`.
 * @param hints UNTRUSTED: text that is no URL says nothing
 */
export function detectVendor({ entityId, ssoUrl, issuer }: VendorHints): Vendor {
  const names = [entityId, issuer, ssoUrl].filter((name) => name !== undefined);
  const places = names.map(placeOf).filter((place) => place !== undefined);
  for (const { host } of places) {
    const found = DOMAINS.find(([, domains]) =>
      domains.some((domain) => host === domain || host.endsWith(`.${domain}`)),
    );
    if (found) return found[0];
  }
  for (const { path } of places) {
    const found = PATHS.find(([, pattern]) => pattern.test(path));
    if (found) return found[0];
  }
  return 'generic';
}

/** Whether a text, perhaps out of a URL, names a vendor. */
export function isVendor(text: unknown): text is Vendor {
  return VENDORS.some((vendor) => vendor === text);
}

/** Host and path of a URL, or of a `urn:` whose name is a host, as Auth0 calls itself (`urn:acme.eu.auth0.com`). */
function placeOf(name: string): { readonly host: string; readonly path: string } | undefined {
  const urn = /^urn:([a-z0-9.-]+\.[a-z]+)$/i.exec(name)?.[1];
  const url = URL.parse(urn === undefined ? name : `https://${urn}`);
  return url?.host ? { host: url.hostname.toLowerCase(), path: url.pathname } : undefined;
}
