import {
  type Application,
  type EffectiveApplication,
  type EffectiveIdentityProvider,
  type EffectiveOrganization,
  type EffectiveSamlIdentityProvider,
  effective,
} from '@rolecall/org-config';
import { connectionDigest, type OrganizationSnapshot } from '@rolecall/persistence';
import { detectVendor, type Vendor, type VendorHints } from '@rolecall/platform/guidance';
import { type CompiledPolicy, compilePolicy } from '@rolecall/role-mapping';
import { type IdpMetadata, parseIdpMetadata, SamlError } from '@rolecall/saml';
import { type IdpTarget, isSaml } from './idp-target.ts';
import { oidcTarget } from './oidc-target.ts';
import { type SamlTarget, samlTarget } from './saml-target.ts';

/** How the gateway addresses itself, and which IdPs it may send browsers to over plain http (development only). */
export interface GatewayAddress {
  /** Public base URL, an origin. */
  readonly url: string;
  readonly allowHttpIdp: boolean;
}

/**
 * One organization at one revision, with everything that is computed from its document: immutable, so it is made once per
 * snapshot and shared by all requests.
 */
export class Organization {
  readonly settings: EffectiveOrganization;
  readonly policy: CompiledPolicy;
  /** By present and by previous names: a client id, as a login URL, goes on working after a rename. */
  readonly applications: ReadonlyMap<string, EffectiveApplication>;
  private readonly metadata = new Map<string, IdpMetadata>();
  private readonly vendors = new Map<string, Vendor>();

  constructor(
    readonly snapshot: OrganizationSnapshot,
    private readonly address: GatewayAddress,
  ) {
    this.settings = effective(snapshot.document);
    this.policy = compilePolicy(this.settings.policy);
    this.applications = applicationsByName(this.settings.applications, snapshot.document.spec.applications ?? {});
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

  /** The vendor of an identity provider, from what its metadata or its issuer claims. */
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
    const base = `${this.address.url}/saml/${path.organization}/${path.identityProvider}`;
    return identityProvider && samlTarget(this, identityProvider, base);
  }

  /** As `target`; undefined when it is an OpenID provider. */
  samlTarget(path: Parameters<Organization['target']>[0]): SamlTarget | undefined {
    const target = this.target(path);
    return target && isSaml(target) ? target : undefined;
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

  /** Parsed at the first use, and again when it is over. @throws SamlError when it cannot be used at `now` */
  idpMetadata({ name, metadata: { entityId } }: EffectiveSamlIdentityProvider, now: Date): IdpMetadata {
    const known = this.metadata.get(name);
    if (known && (known.validUntil === undefined || known.validUntil > now)) return known;
    const xml = this.snapshot.identityProviders.get(name)?.metadataXml ?? '';
    const parsed = parseIdpMetadata(xml, { now, entityId, allowHttp: this.address.allowHttpIdp });
    this.metadata.set(name, parsed);
    return parsed;
  }
}

/** A present name comes before a previous one; a document that is valid has no name that is both. */
function applicationsByName(
  applications: EffectiveOrganization['applications'],
  declared: Readonly<Record<string, Application>>,
): ReadonlyMap<string, EffectiveApplication> {
  const former = Object.values(applications).flatMap((application) =>
    (declared[application.name]?.previously ?? []).map((name) => [name, application] as const),
  );
  return new Map([...former, ...Object.entries(applications)]);
}

/** Where a login at this identity provider begins: a path of ours. */
export function loginPath({ settings }: Organization, { type, name }: EffectiveIdentityProvider): string {
  return `/${type}/${settings.name}/${name}/login`;
}

/** Where the organization's recovery admins get in to repair its sign-ins; undefined = it has none. */
export function recoveryPath({ settings }: Organization): string | undefined {
  return settings.login.recoveryAdmins.length > 0 ? `/recovery-access?org=${settings.name}` : undefined;
}
