import { Controller, Inject, Param, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { wireEvent } from '@rolecall/audit';
import { DEPLOYMENT } from '@rolecall/persistence';
import type { Database } from '@rolecall/persistence';
import { CLOCK, DATABASE, traceOf } from '@rolecall/platform';
import type { Clock } from '@rolecall/platform';
import type { Principal } from '../access/principal.ts';
import { Caller, Serves } from '../access/serves.decorator.ts';
import { OPERATIONS } from '../api/operations.ts';
import type { Query as Parameters } from '../api/query.ts';
import { knownOrganization } from '../organizations/known-organization.ts';
import { AuditReadings, recordExport } from './exported.ts';
import { auditFilterOf } from './audit-query.ts';

const HEAD_TYPE = 'rolecall-audit-head+jwt';

/** Who did what: of an organization, and of the deployment. */
@Controller()
export class AuditController {
  readonly #readings = new AuditReadings();

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Serves(OPERATIONS.listAudit)
  async list(
    @Param('organization') name: string,
    @Query() query: Parameters,
    @Caller() caller: Principal,
    @Req() request: FastifyRequest,
  ): Promise<object> {
    const { organizationId } = await knownOrganization(this.database, name);
    return this.page(organizationId, query, caller, request);
  }

  @Serves(OPERATIONS.listDeploymentAudit)
  listDeployment(
    @Query() query: Parameters,
    @Caller() caller: Principal,
    @Req() request: FastifyRequest,
  ): Promise<object> {
    return this.page(DEPLOYMENT, query, caller, request);
  }

  @Serves(OPERATIONS.readAuditHead)
  async head(@Param('organization') name: string): Promise<object> {
    const { organizationId, name: organization } = await knownOrganization(this.database, name);
    return this.signedHead(organizationId, organization);
  }

  @Serves(OPERATIONS.readDeploymentAuditHead)
  deploymentHead(): Promise<object> {
    return this.signedHead(DEPLOYMENT, null);
  }

  private async page(
    organizationId: string,
    query: Parameters,
    caller: Principal,
    request: FastifyRequest,
  ): Promise<object> {
    const { exports, ...filter } = auditFilterOf(query);
    const events = await this.database.audit.list(organizationId, filter);
    const by = { at: this.clock(), actor: caller.actor, traceId: traceOf(request).traceId };
    await recordExport(this.database, this.#readings, { organizationId, filter, exports, events, by });
    const last = events.length === filter.limit ? events.at(-1)?.seq : undefined;
    return { events: events.map(wireEvent), nextAfter: last ?? null };
  }

  /** The signature is over the name as well: a head of one organization is none of another. */
  private async signedHead(organizationId: string, organization: string | null): Promise<object> {
    const { seq, hash } = await this.database.audit.head(organizationId);
    const now = this.clock();
    const head = { organization, seq, hash, at: now.toISOString() };
    const jws = await this.database.signingKeys.signJws({ ...head, organizationId }, { type: HEAD_TYPE, now });
    return { ...head, jws };
  }
}
