import {
  identityProviderYaml,
  isVendor,
  type Protocol,
  type ScimFacts,
  type SetupStep,
  type SetupValue,
  type Vendor,
  VENDOR_FACTS,
  VENDORS,
} from '@rolecall/platform/guidance';
import { PROFILE_FIELDS, type ProfileField } from '@rolecall/role-mapping';
import { mappingAttributes } from '../organizations/mapping-attributes.ts';
import { type IdpTarget, isOidc } from '../organizations/idp-target.ts';

/** What the customer's administrator needs to set one identity provider up. Public, as SP metadata is: nothing secret in it. */
export interface Setup {
  /** Display names. */
  readonly organization: string;
  readonly identityProvider: string;
  readonly protocol: Protocol;
  /** Whose menus are shown. */
  readonly vendor: { readonly name: string; readonly steps: readonly SetupStep[]; readonly traps: readonly string[] };
  /** The other pages, in the order of the guides. */
  readonly vendors: readonly { readonly name: string; readonly href: string; readonly current: boolean }[];
  readonly values: Readonly<Record<SetupValue, string>>;
  /** Every address of this connection under its SAML or OpenID Connect name. */
  readonly addresses: readonly { readonly label: string; readonly value: string }[];
  /** PEM. */
  readonly certificate: string | undefined;
  readonly attributes: readonly SetupAttribute[];
  /** Of SAML: how our side gets the IdP's metadata. */
  readonly metadata: string | undefined;
  readonly roles: string;
  readonly yaml: string;
  /** How the vendor provisions, or a sentence when it does not; undefined = the organization has no directory. */
  readonly scim: ScimFacts | string | undefined;
  readonly testHref: string;
}

/** One attribute or claim that is read: its name, where it comes from at the vendor, and what it becomes. */
export interface SetupAttribute {
  readonly name: string;
  readonly source: string | undefined;
  readonly use: string;
}

/** Names as the browser asked for them. */
interface SetupPath {
  readonly organization: string;
  readonly identityProvider: string;
}

/** Base URLs of the gateway and of the SCIM server. */
interface PublicUrls {
  readonly url: string;
  readonly scimUrl: string;
}

const USES: Readonly<Record<ProfileField, string>> = {
  email: 'E-mail address',
  givenName: 'Given name',
  familyName: 'Family name',
  displayName: 'Display name',
};

/**
 * The set-up of one identity provider. Of the mapping it tells the names of the attributes that are read, since somebody must
 * send them; neither values nor what they give.
 * @param path as the browser asked for it: a previous name keeps its addresses
 * @param wanted the vendor that the query names, UNTRUSTED; else the one that is detected
 */
export function setupOf(target: IdpTarget, path: SetupPath, urls: PublicUrls, wanted: unknown, now: Date): Setup {
  const { organization, identityProvider } = target;
  const vendor = isVendor(wanted) ? wanted : organization.vendorOf(identityProvider.name, now);
  const protocol = identityProvider.type;
  const facts = VENDOR_FACTS[vendor];
  const attributes = attributesOf(target, vendor);
  const here = `${path.organization}/${path.identityProvider}`;
  const { addresses, certificate, values } = valuesOf(target, path, urls, now);
  return {
    organization: organization.settings.displayName,
    identityProvider: identityProvider.displayName,
    protocol,
    vendor: {
      name: vendor === 'generic' ? 'your identity provider' : facts.name,
      steps: facts[protocol].steps,
      traps: [...(facts.traps.both ?? []), ...(facts.traps[protocol] ?? [])],
    },
    vendors: VENDORS.map((other) => ({
      name: VENDOR_FACTS[other].name,
      href: `/setup/${here}?vendor=${other}`,
      current: other === vendor,
    })),
    values,
    addresses,
    certificate,
    attributes,
    metadata: protocol === 'saml' ? facts.saml.metadata : undefined,
    roles: facts[protocol].roles,
    scim: organization.settings.scim?.enabled ? facts.scim : undefined,
    yaml: identityProviderYaml(path.identityProvider, facts, protocol).join('\n'),
    testHref: `/sso/test/${here}`,
  };
}

function valuesOf(target: IdpTarget, path: SetupPath, { url: gatewayUrl, scimUrl: scim }: PublicUrls, now: Date) {
  const scimUrl = `${scim}/scim/v2`;
  const redirectUri = `${gatewayUrl}/oidc/callback`;
  const loginUrl = `${gatewayUrl}/login/${path.organization}`;
  const login = { label: 'Sign-in page', value: loginUrl };
  if (isOidc(target)) {
    const values = { entityId: '', acsUrl: '', metadataUrl: '', redirectUri, loginUrl, scimUrl };
    const here = `${gatewayUrl}/oidc/${path.organization}/${path.identityProvider}`;
    const postLogout = { label: 'Post-logout redirect URI', value: `${gatewayUrl}/logged-out` };
    const addresses = [
      { label: 'Redirect URI', value: redirectUri },
      { label: 'Back-channel logout URI', value: `${here}/backchannel-logout` }, // heard whatever singleLogout says
      ...(target.identityProvider.singleLogout ? [postLogout] : []),
      ...(target.clientKeys ? [{ label: 'Our public keys (JWKS)', value: `${here}/jwks.json` }] : []),
      login,
    ];
    return { values, addresses, certificate: undefined };
  }
  const { entityId, acsUrl, sloUrl, certificate, certificateUrl } = target.addresses(now);
  const addresses = [
    { label: 'Entity ID (audience)', value: entityId },
    { label: 'Assertion consumer service (ACS) URL', value: acsUrl },
    { label: 'Metadata URL', value: entityId },
    ...(sloUrl ? [{ label: 'Single logout URL', value: sloUrl }] : []),
    ...(certificateUrl ? [{ label: 'Our certificates', value: certificateUrl }] : []),
    login,
  ];
  return {
    values: { entityId, acsUrl, metadataUrl: entityId, redirectUri, loginUrl, scimUrl },
    addresses,
    certificate,
  };
}

function attributesOf({ organization, identityProvider }: IdpTarget, vendor: Vendor): readonly SetupAttribute[] {
  const names = identityProvider.attributes;
  const known = VENDOR_FACTS[vendor][identityProvider.type].attributes ?? [];
  const profile = PROFILE_FIELDS.filter((field) => field !== 'displayName' || names.displayName !== undefined);
  const rows = profile.map((field) => ({
    name: names[field] ?? field,
    source: known.find((fact) => fact.field === field)?.source,
    use: USES[field],
  }));
  const shown = new Set<string>([...PROFILE_FIELDS, ...rows.map(({ name }) => name)]);
  const read = [...mappingAttributes(organization.settings.policy)].filter((name) => !shown.has(name)).sort();
  return [...rows, ...read.map((name) => ({ name, source: undefined, use: 'Decides about roles' }))];
}
