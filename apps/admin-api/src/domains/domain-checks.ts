import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import type { Database, DomainClaim } from '@rolecall/persistence';
import type { Clock, Logger, Metrics } from '@rolecall/platform';
import { Recurring } from '../maintenance/recurring.ts';
import { judgeDomain } from './judge-domain.ts';
import { lookUp, type ResolveTxt } from './txt-record.ts';

/** Who a look at DNS is for, in the audit log. */
type Actor = Parameters<Database['domains']['record']>[0]['actor'];

const EVERY_MS = 15_000;
/** At once, per replica; a look takes some seconds at most. */
const BATCH = 10;
const LEASE_MS = 5 * 60_000;
/** An administrator who asks more often gets the last answer again. */
const ASKED_MS = 5_000;
const SELF: Actor = { kind: 'system', id: 'admin-api' };

/**
 * Looks the TXT records of claimed e-mail domains up: when it is due, and when an administrator asks. The table of due checks
 * is shared by all replicas; each takes some, for the time of a lease.
 */
export class DomainChecks implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly recurring: Recurring;
  private readonly outcomes;

  constructor(
    private readonly domains: Database['domains'],
    private readonly resolveTxt: ResolveTxt,
    private readonly clock: Clock,
    private readonly logger: Logger,
    metrics: Metrics,
    everyMs = EVERY_MS,
  ) {
    const message = 'checks of e-mail domains failed; the next run tries again';
    this.recurring = new Recurring(() => this.runDue(), { logger, message }, everyMs);
    const help = 'Looks at the TXT records of e-mail domains, by what was found';
    this.outcomes = metrics.counter('rolecall_domain_checks_total', help, ['outcome']);
  }

  onApplicationBootstrap(): void {
    this.recurring.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.recurring.stop();
  }

  /** Looks one domain up now. undefined = the organization claims no such domain. */
  async check(organizationId: string, domain: string, actor: Actor): Promise<DomainClaim | undefined> {
    const claim = await this.domains.find(organizationId, domain);
    const now = this.clock();
    if (!claim || now.getTime() - (claim.checkedAt?.getTime() ?? 0) < ASKED_MS) return claim;
    return this.look(organizationId, claim, actor);
  }

  /** Looks up what is due, until nothing is. Returns how many that were. */
  async runDue(): Promise<number> {
    for (let looked = 0; ;) {
      const now = this.clock();
      const leasedUntil = new Date(now.getTime() + LEASE_MS);
      const due = await this.domains.takeDue({ now, leasedUntil, limit: BATCH });
      if (due.length === 0) return looked;
      const ended = await Promise.allSettled(due.map((one) => this.lookAtDue(one)));
      const failed = ended.find((one) => one.status === 'rejected');
      if (failed) throw failed.reason;
      looked += due.length;
    }
  }

  private async lookAtDue({ organizationId, domain }: { organizationId: string; domain: string }): Promise<void> {
    const claim = await this.domains.find(organizationId, domain);
    if (claim) await this.look(organizationId, claim, SELF);
  }

  /** DNS is asked outside of any transaction; what was found counts for the claim as it is then. */
  private async look(organizationId: string, claim: DomainClaim, actor: Actor): Promise<DomainClaim | undefined> {
    const { domain, token } = claim;
    const found = await lookUp(claim, this.resolveTxt);
    const now = this.clock();
    const at = { organizationId, domain, token, actor, now };
    const checked = await this.domains.record(at, (current, isFree) =>
      judgeDomain(current, found, isFree, now, Math.random()),
    );
    const outcome = checked?.error ?? found;
    this.outcomes.inc({ outcome });
    if (outcome === 'email_domain_taken') {
      // whoever publishes the record controls the domain, and another organization has it: people must look at both
      this.logger.warn({ organizationId, domain, outcome }, 'an e-mail domain of another organization was proved');
    }
    return checked;
  }
}
