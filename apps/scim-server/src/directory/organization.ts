import { effective, type EffectiveOrganization, type EffectiveScim } from '@rolecall/org-config';
import type { DirectoryBrake, OrganizationReader, OrganizationSnapshot } from '@rolecall/persistence';
import { asksFor, type CompiledPolicy, compilePolicy } from '@rolecall/role-mapping';
import { directorySchemas, type DirectorySchemas } from '@rolecall/scim';

/** One organization at one revision, as its directory needs it: immutable, made once per snapshot, shared by all requests. */
export class DirectoryOrganization {
  readonly policy: CompiledPolicy;
  readonly schemas: DirectorySchemas;
  /** Whether somebody's access may hang on whether they are active: then to deactivate them is to decide. */
  readonly asksForActive: boolean;

  /** @param scim the document's directory, with its defaults */
  constructor(
    readonly snapshot: OrganizationSnapshot,
    readonly settings: EffectiveOrganization,
    readonly scim: EffectiveScim,
  ) {
    this.policy = compilePolicy(settings.policy);
    this.asksForActive = asksFor(this.policy, 'active');
    this.schemas = directorySchemas({ mode: scim.mode, extension: scim.extension });
  }

  get id(): string {
    return this.snapshot.organizationId;
  }

  /** undefined = no number of removals is held. */
  get brake(): DirectoryBrake | undefined {
    return this.scim.brake;
  }

  /** Whether this organization may say who has an address of a domain: it proved it or is vouched for. */
  vouchesFor(domain: string): boolean {
    return this.snapshot.emailDomains.includes(domain);
  }
}

/** Finds organizations that have a directory; each snapshot is computed once, however many requests come. */
export class DirectoryOrganizations {
  readonly #computed = new WeakMap<OrganizationSnapshot, DirectoryOrganization>();

  constructor(private readonly reader: Pick<OrganizationReader, 'byId' | 'byIdAnew'>) {}

  async byId(organizationId: string): Promise<DirectoryOrganization | undefined> {
    return this.compute(await this.reader.byId(organizationId));
  }

  /** As the database has it at this moment: after a decision turned out to be made with rules that were replaced. */
  async byIdAnew(organizationId: string): Promise<DirectoryOrganization | undefined> {
    return this.compute(await this.reader.byIdAnew(organizationId));
  }

  private compute(snapshot: OrganizationSnapshot | undefined): DirectoryOrganization | undefined {
    const known = snapshot && this.#computed.get(snapshot);
    if (known || !snapshot) return known;
    const settings = effective(snapshot.document);
    if (!settings.scim) return undefined;
    const computed = new DirectoryOrganization(snapshot, settings, settings.scim);
    this.#computed.set(snapshot, computed);
    return computed;
  }
}
