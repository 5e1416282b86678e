import { Controller, Inject, Query } from '@nestjs/common';
import type { Database } from '@rolecall/persistence';
import { CLOCK, DATABASE, Metrics } from '@rolecall/platform';
import type { Clock } from '@rolecall/platform';
import type { Principal } from '../access/principal.ts';
import { reaches } from '../access/reach.ts';
import { Caller, Serves } from '../access/serves.decorator.ts';
import { OPERATIONS } from '../api/operations.ts';
import { knownOrganization, unknownOrganization } from '../organizations/known-organization.ts';
import { cursorOf, expiryFilterOf } from './expiry-query.ts';
import { daysLeft, viewOf } from './expiry-view.ts';

const DAY_MS = 86_400_000;
/** Series of the metric: what ends within 90 days or ended within 30, the first thousand of them. */
const METRIC = { pastMs: 30 * DAY_MS, aheadMs: 90 * DAY_MS, limit: 1000 };
/** In the metric by kind only: who has a token, what is overridden where, and how many are exempt, is for those who may ask the API. */
const NAMELESS: ReadonlySet<string> = new Set(['api-token', 'override', 'exemption']);

/** Injection token: whether not everybody who reaches the port can read `/metrics`. */
export const METRICS_ARE_OURS = Symbol('MetricsAreOurs');

@Controller()
export class ExpiryController {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(Metrics) metrics: Metrics,
    @Inject(METRICS_ARE_OURS) ours: boolean,
  ) {
    if (!ours) return;
    metrics.gaugeOf(
      'rolecall_days_left',
      'Whole days until something ends; negative = it has. Only what ends within 90 days, or ended within 30',
      ['org', 'kind', 'name'],
      () => this.series(),
    );
  }

  @Serves(OPERATIONS.listExpiry)
  async list(@Query() query: Readonly<Record<string, unknown>>, @Caller() caller: Principal): Promise<object> {
    const now = this.clock();
    const filter = expiryFilterOf(query, now);
    const { organization } = filter;
    if (organization !== undefined && !reaches(caller, organization)) throw unknownOrganization();
    if (organization !== undefined) await knownOrganization(this.database, organization);
    const items = await this.database.expiry.list({ ...filter, globs: caller.organizations });
    const last = items.length === filter.limit ? items.at(-1) : undefined;
    return { items: items.map((item) => viewOf(item, now)), nextCursor: last ? cursorOf(last) : null };
  }

  private async series() {
    const now = this.clock();
    const [from, before] = [-METRIC.pastMs, METRIC.aheadMs].map((ms) => new Date(now.getTime() + ms));
    const items = await this.database.expiry.list({ now, from, before, limit: METRIC.limit });
    const series = items.map((item) => ({
      labels: { org: item.organization ?? '', kind: item.kind, name: NAMELESS.has(item.kind) ? '' : item.name },
      value: daysLeft(item, now),
    }));
    // of those that share their labels, the last counts: the one that ends first
    return series.toReversed();
  }
}
