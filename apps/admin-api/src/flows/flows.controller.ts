import { Controller, Inject, Param, Query } from '@nestjs/common';
import { DATABASE, Problem } from '@rolecall/platform';
import type { Database, FlowSummary } from '@rolecall/persistence';
import { Serves } from '../access/serves.decorator.ts';
import { OPERATIONS } from '../api/operations.ts';
import type { Query as Parameters } from '../api/query.ts';
import { knownOrganization } from '../organizations/known-organization.ts';
import { cursorText, flowFilterOf, isTraceId } from './flow-query.ts';
import { GATEWAY_URL, guidanceOf, setupPageOf } from './guidance-of.ts';

/** How the logins of an organization ended, for the people who are asked why. */
@Controller()
export class FlowsController {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(GATEWAY_URL) private readonly gatewayUrl: string,
  ) {}

  @Serves(OPERATIONS.listFlows)
  async list(@Param('organization') name: string, @Query() query: Parameters): Promise<object> {
    const filter = flowFilterOf(query);
    const { flows, nextCursor } = await this.database.flows.list(await this.organizationId(name), filter);
    return { flows: flows.map(summaryOf), nextCursor: nextCursor === undefined ? null : cursorText(nextCursor) };
  }

  @Serves(OPERATIONS.readFlow)
  async read(@Param('organization') name: string, @Param('traceId') traceId: string): Promise<object> {
    const organizationId = await this.organizationId(name);
    const flow = isTraceId(traceId) ? await this.database.flows.find(organizationId, traceId) : undefined;
    if (flow) {
      const { code, vendor, kind, steps, identityProvider } = flow;
      const setup = setupPageOf(this.gatewayUrl, name, identityProvider);
      return {
        ...summaryOf(flow),
        guidance: guidanceOf(code, vendor, kind.startsWith('oidc') ? 'oidc' : 'saml', setup),
        steps,
      };
    }
    const sentence = 'no login of this organization has this trace id; records are kept for 30 days';
    throw new Problem(404, 'flow_not_found', sentence);
  }

  private async organizationId(name: string): Promise<string> {
    return (await knownOrganization(this.database, name)).organizationId;
  }
}

/** A key that holds nothing is null, so that every flow has all of them. */
function summaryOf(flow: FlowSummary): object {
  const { traceId, kind, identityProvider, vendor = null, outcome, code, mustAct, userId } = flow;
  const times = { startedAt: flow.startedAt.toISOString(), finishedAt: flow.finishedAt.toISOString() };
  const how = { outcome, code: code ?? null, mustAct: mustAct ?? null, userId: userId ?? null };
  return { traceId, kind, identityProvider, vendor, ...times, ...how };
}
