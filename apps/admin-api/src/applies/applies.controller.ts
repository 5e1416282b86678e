import { Body, Controller, Inject } from '@nestjs/common';
import { CLOCK, Metrics } from '@rolecall/platform';
import type { Clock } from '@rolecall/platform';
import type { Applied, Plan } from '@rolecall/reconcile';
import type { Principal } from '../access/principal.ts';
import { Caller, Serves } from '../access/serves.decorator.ts';
import { OPERATIONS } from '../api/operations.ts';
import type { ApplyRequest, PlanRequest } from '../api/requests.ts';
import { validated } from '../api/validate.ts';
import { ReconcileOrganizations } from './reconcile-organizations.ts';

@Controller()
export class AppliesController {
  readonly #changes;

  constructor(
    @Inject(ReconcileOrganizations) private readonly organizations: ReconcileOrganizations,
    @Inject(CLOCK) private readonly now: Clock,
    @Inject(Metrics) metrics: Metrics,
  ) {
    this.#changes = metrics.counter('rolecall_applied_changes_total', 'Organizations changed by applies', ['action']);
  }

  @Serves(OPERATIONS.plan)
  plan(@Body() body: unknown, @Caller() caller: Principal): Promise<Plan> {
    return this.organizations.plan(validated<PlanRequest>('PlanRequest', body), caller, this.now());
  }

  @Serves(OPERATIONS.apply)
  async apply(@Body() body: unknown, @Caller() caller: Principal): Promise<Applied> {
    const applied = await this.organizations.apply(validated<ApplyRequest>('ApplyRequest', body), caller, this.now());
    for (const { action } of applied.plan?.changes ?? []) this.#changes.inc({ action });
    return applied;
  }
}
