import { Body, Controller, Inject, Req } from '@nestjs/common';
import type { StreamableFile } from '@nestjs/common';
import { CLOCK, LOGGER, Metrics, traceOf } from '@rolecall/platform';
import type { Clock, Logger } from '@rolecall/platform';
import type { Applied, Plan } from '@rolecall/reconcile';
import type { FastifyRequest } from 'fastify';
import type { Principal } from '../access/principal.ts';
import { Caller, Serves } from '../access/serves.decorator.ts';
import { OPERATIONS } from '../api/operations.ts';
import type { ApplyRequest, PlanRequest } from '../api/requests.ts';
import { validated } from '../api/validate.ts';
import { ReconcileOrganizations } from './reconcile-organizations.ts';
import { telling, wantsLines } from './told.ts';

@Controller()
export class AppliesController {
  readonly #changes;

  constructor(
    @Inject(ReconcileOrganizations) private readonly organizations: ReconcileOrganizations,
    @Inject(CLOCK) private readonly now: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(Metrics) metrics: Metrics,
  ) {
    this.#changes = metrics.counter('rolecall_applied_changes_total', 'Organizations changed by applies', ['action']);
  }

  @Serves(OPERATIONS.plan)
  plan(
    @Body() body: unknown,
    @Caller() caller: Principal,
    @Req() request: FastifyRequest,
  ): Promise<Plan | StreamableFile> {
    const wanted = validated<PlanRequest>('PlanRequest', body);
    const { traceId } = traceOf(request.raw);
    const lines = wantsLines(request.headers.accept);
    return telling((looked) => this.organizations.plan(wanted, caller, this.now(), looked), {
      lines,
      traceId,
      logger: this.logger,
    });
  }

  @Serves(OPERATIONS.apply)
  async apply(@Body() body: unknown, @Caller() caller: Principal): Promise<Applied> {
    const applied = await this.organizations.apply(validated<ApplyRequest>('ApplyRequest', body), caller, this.now());
    for (const { action } of applied.plan?.changes ?? []) this.#changes.inc({ action });
    return applied;
  }
}
