import type { OidcIdentityProvider } from './document.ts';

/** Providers that are known by name: each fills in and checks what it needs. */
export const PRESETS = ['google', 'okta', 'entra', 'generic'] as const;
export type Preset = (typeof PRESETS)[number];

/** Which OpenID provider a document means, after its preset has filled in what the document leaves out. */
export interface OpenIdProvider {
  readonly preset: Preset;
  /** With `tenants` a template with `{tenantid}` in it. */
  readonly issuer: string;
  /** Where the configuration document is, when that is not below the issuer. */
  readonly configurationUrl?: string;
  /** Of Entra ID for several tenants: those whose users may sign in. */
  readonly tenants?: readonly string[];
}

export const GOOGLE_ISSUER = 'https://accounts.google.com';
/** Microsoft accounts of people, outside any company, are "users" of this tenant. */
const PERSONAL_ACCOUNTS = '9188040d-6c67-4c5b-b112-36a304b66dad';
const MICROSOFT = 'https://login.microsoftonline.com';

const ENTRA_HOSTS: readonly string[] = [
  'login.microsoftonline.com',
  'login.microsoftonline.us',
  'login.partner.microsoftonline.cn',
  'sts.windows.net',
];
const OKTA_HOST = /\.(?:okta|oktapreview|okta-emea)\.com$/;

/** The preset of a provider whose document names none: by its issuer. */
export function presetOf({ preset, issuer }: { readonly preset?: Preset; readonly issuer?: string }): Preset {
  if (preset !== undefined) return preset;
  if (issuer === undefined || !URL.canParse(issuer)) return 'generic';
  const { hostname } = new URL(issuer);
  if (issuer === GOOGLE_ISSUER) return 'google';
  if (OKTA_HOST.test(hostname)) return 'okta';
  return ENTRA_HOSTS.includes(hostname) ? 'entra' : 'generic';
}

/** @param declared of a valid document */
export function openIdProviderOf(declared: OidcIdentityProvider): OpenIdProvider {
  const preset = presetOf(declared);
  const { issuer, domain, authorizationServer, tenant, tenants } = declared;
  if (issuer !== undefined) return { preset, issuer };
  if (preset === 'google') return { preset, issuer: GOOGLE_ISSUER };
  if (preset === 'okta') return { preset, issuer: `https://${domain ?? ''}${pathOf(authorizationServer)}` };
  if (tenants === undefined) return { preset, issuer: `${MICROSOFT}/${tenant ?? ''}/v2.0` };
  const audience = tenants.includes(PERSONAL_ACCOUNTS) ? 'common' : 'organizations';
  return {
    preset,
    issuer: `${MICROSOFT}/{tenantid}/v2.0`,
    configurationUrl: `${MICROSOFT}/${audience}/v2.0/.well-known/openid-configuration`,
    tenants,
  };
}

/** Every issuer that tokens of this provider may name. */
export function issuersOf({ issuer, tenants }: OpenIdProvider): readonly string[] {
  return tenants === undefined ? [issuer] : tenants.map((tenant) => issuer.replace('{tenantid}', tenant));
}

function pathOf(authorizationServer: string | undefined): string {
  return authorizationServer === undefined ? '' : `/oauth2/${authorizationServer}`;
}
