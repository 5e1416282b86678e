import type { Vendor } from '../vendor.ts';

/** What an error is about, at the customer's identity provider: each vendor has a menu for it. */
export const TOPICS = [
  'application',
  'audience',
  'acs',
  'signature',
  'certificate',
  'encryption',
  'nameId',
  'attributes',
  'roles',
  'assignment',
  'clientSecret',
  'redirectUri',
  'logs',
] as const;
export type Topic = (typeof TOPICS)[number];

/** A value of this organization's connection that is entered at the vendor. */
export type SetupValue = 'entityId' | 'acsUrl' | 'metadataUrl' | 'redirectUri' | 'loginUrl' | 'scimUrl';

/** One field of a vendor's form, under the vendor's own label. `text` is literal, `value` is the connection's. */
export type SetupField =
  | { readonly label: string; readonly value: SetupValue; readonly note?: string }
  | { readonly label: string; readonly text: string; readonly note?: string };

/** One step at the vendor; **bold** marks what stands on the screen, `code` what is typed. */
export interface SetupStep {
  readonly text: string;
  readonly fields?: readonly SetupField[];
}

const PROFILE = ['email', 'givenName', 'familyName'] as const;

/** Where the vendor keeps a field of the profile, and the attribute's or claim's name in what it sends. */
export interface AttributeFact {
  readonly field: (typeof PROFILE)[number];
  /** The name that is sent, and stands under `attributes:`. */
  readonly name: string;
  /** The vendor's word for the source. */
  readonly source: string;
}

export interface SamlFacts {
  readonly steps: readonly SetupStep[];
  /** How the customer hands the metadata over, one sentence. */
  readonly metadata: string;
  /** As it stands under `metadata:` in the document. */
  readonly metadataSource: { readonly url: string } | { readonly file: string };
  readonly attributes: readonly AttributeFact[];
  /** How to send `role_mapping` or groups, one or two sentences. */
  readonly roles: string;
}

export interface OidcFacts {
  readonly steps: readonly SetupStep[];
  /** An example of the issuer, as it stands under `issuer:`. */
  readonly issuer: string;
  readonly clientId: string;
  readonly roles: string;
  /** Present when the vendor sends other claims than the standard ones. */
  readonly attributes?: readonly AttributeFact[];
}

/** What the vendor sends to a directory, where it takes it from, and what rules know it as. */
export interface ScimAttributeFact {
  /** The attribute of SCIM, as the vendor's form calls it. */
  readonly attribute: string;
  /** The vendor's word for the source. */
  readonly source: string;
  /** The fact's name in rules. */
  readonly fact: string;
}

export interface ScimFacts {
  readonly steps: readonly SetupStep[];
  /** What the vendor's own test of the connection does, a sentence or two. */
  readonly test: string;
  readonly attributes: readonly ScimAttributeFact[];
  readonly traps: readonly string[];
}

/** What we know of one vendor: the one source of the set-up page, the guides and the menus in errors. */
export interface VendorFacts {
  readonly vendor: Vendor;
  /** As the vendor writes it. */
  readonly name: string;
  /** Ways through the vendor's menus, by what an error is about. `<app>` = the application's name there. */
  readonly menus: Readonly<Record<Topic, string>>;
  /** Where a client of OpenID Connect has another menu for the same. */
  readonly oidcMenus?: Readonly<Partial<Record<Topic, string>>>;
  readonly saml: SamlFacts;
  readonly oidc: OidcFacts;
  /** How it provisions users; a text = it does not, and what to do instead. */
  readonly scim: ScimFacts | string;
  /** Traps that cost customers time, each a sentence or two, by the protocol that has them. */
  readonly traps: Readonly<Partial<Record<'both' | 'saml' | 'oidc', readonly string[]>>>;
}
