import {
  type EffectiveIdentityProvider,
  type EffectiveOrganization,
  type EffectiveSamlIdentityProvider,
  effective,
  issuersOf,
} from '@rolecall/org-config';
import { connectionDigest, type OrganizationReader, type OrganizationSnapshot } from '@rolecall/persistence';
import { detectVendor, type Vendor, type VendorHints } from '@rolecall/platform/guidance';
import { type CompiledPolicy, compilePolicy } from '@rolecall/role-mapping';
import {
  connectionKeysAt,
  type IdpMetadata,
  parseIdpMetadata,
  type SamlConnection,
  SamlError,
  type ServiceProviderKey,
} from '@rolecall/saml';
import { LoginRefused } from '../errors/login-refused.ts';
import { isSlug, readIdentifier } from './identifier.ts';
import { oidcTarget, type OidcTarget } from './oidc-target.ts';

/** How the gateway addresses itself, and which IdPs it may send browsers to over plain http (development only). */
export interface GatewayAddress {
  /** Public base URL, an origin. */
  readonly url: string;
  readonly allowHttpIdp: boolean;
}

/** The path parameters of a route of one identity provider: unverified. */
export interface IdpPath {
  readonly org?: unknown;
  readonly idp?: unknown;
}

/** One IdP of one organization, as a request named it. */
export type IdpTarget = SamlTarget | OidcTarget;

/** Our side of a SAML connection, as its customer enters it. */
export interface SamlAddresses {
  /** The URL of our metadata is our entity id. */
  readonly entityId: string;
  readonly acsUrl: string;
  /** Present when single logout is on. */
  readonly sloUrl?: string;
  /** PEM, of the key that signs our messages, when we have one. */
  readonly certificate?: string;
  /** Where all certificates of ours are, also the next ones. */
  readonly certificateUrl?: string;
}

/** One SAML IdP of one organization, as a request named it. */
export interface SamlTarget {
  readonly organization: Organization;
  readonly identityProvider: EffectiveSamlIdentityProvider;
  /** What the IdP is told of us; there is also when its own metadata cannot be used. */
  addresses(now: Date): SamlAddresses;
  /** Parses the IdP's metadata at the first use. @throws SamlError when it cannot be used at `now` */
  connection(now: Date): SamlConnection;
}

/** Where a sign-in that began with a name or an address goes on. */
export interface Destination {
  readonly organization: Organization;
  /** One = there; several = a choice; none = nothing is switched on. */
  readonly identityProviders: readonly EffectiveIdentityProvider[];
  /** The e-mail address that was typed, if it was one. UNVERIFIED. */
  readonly address?: string;
}

/**
 * One organization at one revision, with everything that is computed from its document: immutable, so it is made once per
 * snapshot and shared by all requests.
 */
export class Organization {
  readonly settings: EffectiveOrganization;
  readonly policy: CompiledPolicy;
  private readonly metadata = new Map<string, IdpMetadata>();
  private readonly vendors = new Map<string, Vendor>();

  constructor(
    readonly snapshot: OrganizationSnapshot,
    private readonly address: GatewayAddress,
  ) {
    this.settings = effective(snapshot.document);
    this.policy = compilePolicy(this.settings.policy);
  }

  get id(): string {
    return this.snapshot.organizationId;
  }

  get enabledIdentityProviders(): readonly EffectiveIdentityProvider[] {
    return Object.values(this.settings.identityProviders).filter(({ enabled }) => enabled);
  }

  /** The enabled ones for addresses of a domain: those that name it, else the default one, else those that name none. */
  identityProvidersFor(domain: string): readonly EffectiveIdentityProvider[] {
    const enabled = this.enabledIdentityProviders;
    const naming = enabled.filter(({ emailDomains }) => emailDomains?.includes(domain));
    if (naming.length > 0) return naming;
    const byDefault = enabled.filter(({ name }) => name === this.settings.defaultIdentityProvider);
    return byDefault.length > 0 ? byDefault : enabled.filter(({ emailDomains }) => emailDomains === undefined);
  }

  /** The identity provider with this name. */
  identityProvider(name: string): EffectiveIdentityProvider | undefined {
    const { identityProviders } = this.settings;
    return Object.hasOwn(identityProviders, name) ? identityProviders[name] : undefined;
  }

  /** The make of an identity provider, from what its metadata or its issuer claims. */
  vendorOf(name: string, now: Date): Vendor {
    const known = this.vendors.get(name);
    if (known) return known;
    const vendor = detectVendor(this.hintsOf(name, now));
    this.vendors.set(name, vendor);
    return vendor;
  }

  /** `connectionDigest` of an identity provider as it is. @throws SamlError when its metadata cannot be used at `now` */
  connectionDigest(name: string, now: Date): string | undefined {
    const identityProvider = this.identityProvider(name);
    if (!identityProvider) return undefined;
    const metadata = identityProvider.type === 'saml' ? this.idpMetadata(identityProvider, now) : undefined;
    return connectionDigest(identityProvider, metadata);
  }

  /** When the signing certificates of a SAML identity provider end. @throws SamlError when its metadata cannot be used at `now` */
  certificateEnds(name: string, now: Date): readonly Date[] {
    const identityProvider = this.identityProvider(name);
    return identityProvider?.type === 'saml' ? (this.idpMetadata(identityProvider, now).certificatesExpire ?? []) : [];
  }

  /**
   * The IdP that a path names, by its present or a previous name. The URLs are those of the path: the customer's IdP keeps
   * working with the entity id and ACS URL that it was given, until somebody changes them there.
   */
  target(path: { readonly organization: string; readonly identityProvider: string }): IdpTarget | undefined {
    const identityProvider = this.identityProvider(path.identityProvider) ?? this.renamed(path.identityProvider);
    if (identityProvider?.type === 'oidc') return oidcTarget(this, identityProvider, this.address.url);
    return identityProvider && this.samlTargetOf(identityProvider, path);
  }

  /** As `target`; undefined when it is an OpenID provider. */
  samlTarget(path: Parameters<Organization['target']>[0]): SamlTarget | undefined {
    const target = this.target(path);
    return target && isSaml(target) ? target : undefined;
  }

  private samlTargetOf(
    identityProvider: EffectiveSamlIdentityProvider,
    path: { readonly organization: string; readonly identityProvider: string },
  ): SamlTarget {
    const base = `${this.address.url}/saml/${path.organization}/${path.identityProvider}`;
    const stored = this.snapshot.identityProviders.get(identityProvider.name)?.serviceProviderKeys ?? NO_KEYS;
    const addresses = (now: Date): SamlAddresses => {
      const certificate = connectionKeysAt(stored, now).signing?.certificate;
      return {
        entityId: `${base}/metadata`,
        acsUrl: `${base}/acs`,
        ...(identityProvider.singleLogout && certificate ? { sloUrl: `${base}/slo` } : {}),
        ...(certificate ? { certificate, certificateUrl: `${base}/certificate.pem` } : {}),
      };
    };
    return {
      organization: this,
      identityProvider,
      addresses,
      connection: (now) => {
        const idp = this.idpMetadata(identityProvider, now);
        const { signRequests, singleLogout, requestBinding, forceAuthn, allowIdpInitiated } = identityProvider;
        const { minimumSigned, requireAuthnStatement, authnContexts, requireEncrypted } = identityProvider;
        const { entityId, acsUrl, sloUrl } = addresses(now);
        const sign = signRequests || singleLogout || idp.wantAuthnRequestsSigned;
        return {
          id: `${this.id}/${identityProvider.name}`,
          spEntityId: entityId,
          acsUrl,
          idp,
          forceAuthn,
          allowIdpInitiated,
          requestBinding,
          requireAuthnStatement,
          ...(minimumSigned === 'either' ? {} : { minimumSigned }),
          ...(authnContexts ? { authnContexts } : {}),
          requireEncrypted,
          ...keysAt(stored, sign, now),
          ...(sloUrl ? { sloUrl } : {}),
        };
      },
    };
  }

  private renamed(previousName: string): EffectiveIdentityProvider | undefined {
    const declared = Object.entries(this.snapshot.document.spec.identityProviders ?? {});
    const found = declared.find(([, { previously }]) => previously?.includes(previousName));
    return found && this.identityProvider(found[0]);
  }

  /** Metadata that cannot be used any more still came from somewhere. */
  private hintsOf(name: string, now: Date): VendorHints {
    const identityProvider = this.identityProvider(name);
    if (identityProvider?.type !== 'saml') return { issuer: identityProvider?.provider.issuer };
    try {
      const { entityId, ssoUrl } = this.idpMetadata(identityProvider, now);
      return { entityId, ssoUrl };
    } catch (error) {
      if (!(error instanceof SamlError)) throw error;
      const { metadata } = identityProvider;
      return { ssoUrl: 'url' in metadata ? metadata.url : undefined };
    }
  }

  private idpMetadata({ name, metadata: { entityId } }: EffectiveSamlIdentityProvider, now: Date): IdpMetadata {
    const known = this.metadata.get(name);
    if (known && (known.validUntil === undefined || known.validUntil > now)) return known;
    const xml = this.snapshot.identityProviders.get(name)?.metadataXml ?? '';
    const parsed = parseIdpMetadata(xml, { now, entityId, allowHttp: this.address.allowHttpIdp });
    this.metadata.set(name, parsed);
    return parsed;
  }
}

const NO_KEYS: readonly ServiceProviderKey[] = [];

/** What a connection does with our keys at this moment. */
function keysAt(
  stored: readonly ServiceProviderKey[],
  sign: boolean,
  now: Date,
): Pick<SamlConnection, 'signing' | 'published' | 'decryptionKeys'> {
  const { signing, published, decryptionKeys } = connectionKeysAt(stored, now);
  return { published, decryptionKeys, ...(sign && signing ? { signing } : {}) };
}

/** Finds organizations; each snapshot is computed once, however many requests come. */
export class Organizations {
  private readonly computed = new WeakMap<OrganizationSnapshot, Organization>();

  constructor(
    private readonly reader: OrganizationReader,
    private readonly address: GatewayAddress,
  ) {}

  /** By login name, present or previous. `name` is unverified. */
  async byName(name: string): Promise<Organization | undefined> {
    return isSlug(name) ? this.compute(await this.reader.byName(name)) : undefined;
  }

  async byId(organizationId: string): Promise<Organization | undefined> {
    return this.compute(await this.reader.byId(organizationId));
  }

  /** The IdP that a SAML route names. @throws LoginRefused as `target` */
  async samlTarget(path: IdpPath): Promise<SamlTarget> {
    const target = await this.target(path);
    if (isSaml(target)) return target;
    throw unknownIdentityProvider();
  }

  /** As `samlTarget`, with what the database holds at this moment. @throws LoginRefused as `target` */
  async samlTargetAnew(path: IdpPath, organizationId: string): Promise<SamlTarget> {
    await this.reader.byIdAnew(organizationId);
    return this.samlTarget(path);
  }

  /** The IdP that an OpenID Connect route names. @throws LoginRefused as `target` */
  async oidcTarget(path: IdpPath): Promise<OidcTarget> {
    const target = await this.target(path);
    if (isOidc(target)) return target;
    throw unknownIdentityProvider();
  }

  /** The OpenID provider of a login that began before. @throws LoginRefused `unknown_identity_provider` when it is gone */
  async oidcTargetById(organizationId: string, identityProvider: string): Promise<OidcTarget> {
    const organization = await this.byId(organizationId);
    const target = organization?.target({ organization: organization.settings.name, identityProvider });
    if (target && isOidc(target)) return target;
    throw unknownIdentityProvider();
  }

  /** The IdP that a route names. @throws LoginRefused `unknown_organization`, `unknown_identity_provider`: both a 404 */
  async target({ org, idp }: IdpPath): Promise<IdpTarget> {
    const organization = typeof org === 'string' ? await this.byName(org) : undefined;
    if (!organization || typeof org !== 'string') {
      throw new LoginRefused('unknown_organization', 'organization_known', 'No organization has this name.');
    }
    const target =
      typeof idp === 'string' ? organization.target({ organization: org, identityProvider: idp }) : undefined;
    if (!target) throw unknownIdentityProvider();
    return target;
  }

  /** The one OpenID provider that is enabled under this issuer, among all organizations; undefined when it is not one. */
  async byIssuer(issuer: string): Promise<OidcTarget | undefined> {
    const organization = this.compute(await this.reader.byIssuer(issuer));
    if (!organization) return undefined;
    const having = organization.enabledIdentityProviders.filter(
      (it) => it.type === 'oidc' && issuersOf(it.provider).includes(issuer),
    );
    const [only, another] = having;
    if (!only || another) return undefined;
    const target = organization.target({ organization: organization.settings.name, identityProvider: only.name });
    return target && isOidc(target) ? target : undefined;
  }

  /** By what a person typed at `/login`, with the identity providers that it leads to. Unverified. */
  async byIdentifier(typed: string): Promise<Destination | undefined> {
    const identifier = readIdentifier(typed);
    if (!identifier) return undefined;
    if (identifier.is === 'name') {
      const organization = await this.byName(identifier.name);
      return organization && { organization, identityProviders: organization.enabledIdentityProviders };
    }
    const organization = this.compute(await this.reader.byEmailDomain(identifier.domain));
    if (!organization) return undefined;
    const identityProviders = organization.identityProvidersFor(identifier.domain);
    return { organization, identityProviders, address: identifier.address };
  }

  private compute(snapshot: OrganizationSnapshot | undefined): Organization | undefined {
    if (!snapshot) return undefined;
    const known = this.computed.get(snapshot);
    if (known) return known;
    const organization = new Organization(snapshot, this.address);
    this.computed.set(snapshot, organization);
    return organization;
  }
}

/** Where a login at this identity provider begins: a path of ours. */
export function loginPath({ settings }: Organization, { type, name }: EffectiveIdentityProvider): string {
  return `/${type}/${settings.name}/${name}/login`;
}

/** Where the organization's recovery admins get in to repair its sign-ins; undefined = it has none. */
export function recoveryPath({ settings }: Organization): string | undefined {
  return settings.login.recoveryAdmins.length > 0 ? `/recovery-access?org=${settings.name}` : undefined;
}

export function isOidc(target: IdpTarget): target is OidcTarget {
  return target.identityProvider.type === 'oidc';
}

function isSaml(target: IdpTarget): target is SamlTarget {
  return target.identityProvider.type === 'saml';
}

function unknownIdentityProvider(): LoginRefused {
  return new LoginRefused(
    'unknown_identity_provider',
    'identity_provider_known',
    'The organization has no such identity provider.',
  );
}
