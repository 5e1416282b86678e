import { setTimeout as pause } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import type { Database } from '@rolecall/persistence';
import { CLOCK, type Clock, DATABASE, MetadataRefresh } from '@rolecall/platform';
import { type IdpPath, Organizations } from '../organizations/organizations.ts';
import type { SamlTarget } from '../organizations/saml-target.ts';

/** Longer than another process may take to fetch; then what is known is all there is. */
const WAIT_MS = 8_000;
const LOOK_AGAIN_MS = 50;

/**
 * What keys an IdP has now, when a response was signed by none that is known: so that a rotation in the middle of logins
 * fails none of them. Anybody can post such a response, so the metadata is fetched once in five minutes per identity provider
 * over all processes; how many such responses are looked at at all is bounded by the rate limits of the ACS.
 */
@Injectable()
export class UnknownKeys {
  private readonly asking = new Map<string, Promise<void>>();

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(Organizations) private readonly organizations: Organizations,
    @Inject(MetadataRefresh) private readonly refresh: MetadataRefresh,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * The same IdP with other signing keys than `used` has, or undefined when there are none. Whether these are trusted was
   * decided by the rules of the refresh, not by the response.
   * @param path of the route that named the IdP
   * @throws SamlError when its metadata cannot be used any more
   */
  async otherKeys(used: SamlTarget, path: IdpPath): Promise<SamlTarget | undefined> {
    const known = await this.organizations.samlTarget(path);
    if (!this.hasKeysOf(used, known)) return known;
    await this.asked(used);
    const anew = await this.organizations.samlTargetAnew(path, used.organization.id);
    return this.hasKeysOf(used, anew) ? undefined : anew;
  }

  /** Responses that come at the same moment ask once. */
  private asked(target: SamlTarget): Promise<void> {
    const { id } = target.connection(this.clock());
    const asking = this.asking.get(id) ?? this.ask(target).finally(() => this.asking.delete(id));
    this.asking.set(id, asking);
    return asking;
  }

  private async ask({ organization, identityProvider }: SamlTarget): Promise<void> {
    const at = { organizationId: organization.id, identityProvider: identityProvider.name };
    const claim = await this.database.metadata.claim(at, 'login', this.clock());
    if (typeof claim === 'object') await this.refresh.run(claim);
    if (claim !== 'in_flight') return;
    const until = performance.now() + WAIT_MS;
    while (performance.now() < until && (await this.database.metadata.isInFlight(at, this.clock()))) {
      await pause(LOOK_AGAIN_MS);
    }
  }

  private hasKeysOf(one: SamlTarget, other: SamlTarget): boolean {
    const keys = (target: SamlTarget) => target.connection(this.clock()).idp.signingCertificates.join();
    return keys(one) === keys(other);
  }
}
