import { type EffectiveIdentityProvider, issuersOf } from '@rolecall/org-config';
import type { OrganizationReader, OrganizationSnapshot } from '@rolecall/persistence';
import { LoginRefused } from '../errors/login-refused.ts';
import { isSlug, readIdentifier } from './identifier.ts';
import { type IdpTarget, isOidc, isSaml } from './idp-target.ts';
import type { OidcTarget } from './oidc-target.ts';
import { type GatewayAddress, Organization } from './organization.ts';
import type { SamlTarget } from './saml-target.ts';

/** The path parameters of a route of one identity provider: unverified. */
export interface IdpPath {
  readonly org?: unknown;
  readonly idp?: unknown;
}

/** Where a sign-in that began with a name or an address goes on. */
export interface Destination {
  readonly organization: Organization;
  /** One = there; several = a choice; none = nothing is switched on. */
  readonly identityProviders: readonly EffectiveIdentityProvider[];
  /** The e-mail address that was typed, if it was one. UNVERIFIED. */
  readonly address?: string;
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

  /** As `byId`, with what the database holds at this moment, also for whoever asks next. */
  async byIdAnew(organizationId: string): Promise<Organization | undefined> {
    return this.compute(await this.reader.byIdAnew(organizationId));
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

function unknownIdentityProvider(): LoginRefused {
  return new LoginRefused(
    'unknown_identity_provider',
    'identity_provider_known',
    'The organization has no such identity provider.',
  );
}
