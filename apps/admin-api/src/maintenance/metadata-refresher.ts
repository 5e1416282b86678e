import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import type { MetadataClaim, MetadataStore } from '@rolecall/persistence';
import type { Clock, Logger, MetadataRefresh, Metrics } from '@rolecall/platform';
import { Recurring } from './recurring.ts';

const EVERY_MS = 5_000;

/** Fetched at once by this process; each waits for a server of somebody else, 5 s at most. */
const CONCURRENT = 8;

/**
 * Looks every few seconds for SAML metadata that is due and refreshes it. Replicas share the work: what one of them claims
 * the others do not see, and what a dead one claimed is claimed again after a minute.
 */
export class MetadataRefresher implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly recurring: Recurring;

  constructor(
    private readonly store: Pick<MetadataStore, 'claimDue' | 'summary'>,
    private readonly refresh: Pick<MetadataRefresh, 'run'>,
    private readonly clock: Clock,
    private readonly logger: Logger,
    metrics: Metrics,
    private readonly enabled = true,
    everyMs = EVERY_MS,
  ) {
    const message = 'looking for metadata that is due failed; the next time it is tried again';
    this.recurring = new Recurring(() => this.runDue(), { logger, message }, everyMs);
    metrics.gauge(
      'rolecall_saml_metadata',
      'SAML identity providers whose metadata fails to refresh, or waits to be accepted',
      'state',
      async () => {
        const { failing, held } = await store.summary(clock());
        return { failing, held };
      },
    );
    metrics.gauge(
      'rolecall_saml_certificates_expiring',
      'SAML identity providers whose last signing certificate ends within so many days; 0 = has ended',
      'days',
      async () => {
        const { expired, within7, within30, within90 } = (await store.summary(clock())).certificates;
        return { 0: expired, 7: within7, 30: within30, 90: within90 };
      },
    );
  }

  onApplicationBootstrap(): void {
    if (this.enabled) this.recurring.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.recurring.stop();
  }

  /** Refreshes all that is due now; returns how many. */
  async runDue(): Promise<number> {
    let done = 0;
    for (;;) {
      const claims = await this.store.claimDue(this.clock(), CONCURRENT);
      await Promise.all(claims.map((claim) => this.runOne(claim)));
      done += claims.length;
      if (claims.length < CONCURRENT) return done;
    }
  }

  /** One that fails for a reason of ours must not keep the others from being written; its claim ends by itself. */
  private async runOne(claim: MetadataClaim): Promise<void> {
    try {
      await this.refresh.run(claim);
    } catch (error) {
      const { organizationId, identityProvider } = claim;
      this.logger.error({ err: error, organizationId, identityProvider }, 'a metadata refresh failed');
    }
  }
}
