import { Body, Controller, Inject, Param, Query } from '@nestjs/common';
import type { Database } from '@rolecall/persistence';
import { CLOCK, DATABASE } from '@rolecall/platform';
import type { Clock } from '@rolecall/platform';
import { endOverrides } from '@rolecall/reconcile';
import type { Override } from '@rolecall/reconcile';
import type { Principal } from '../access/principal.ts';
import { Caller, Serves } from '../access/serves.decorator.ts';
import { OPERATIONS } from '../api/operations.ts';
import { invalidQuery, knownOnly } from '../api/query.ts';
import type { Query as QueryOf } from '../api/query.ts';
import type { OrganizationPatch } from '../api/requests.ts';
import { validated } from '../api/validate.ts';
import { EndedOverrides } from './ended-overrides.ts';
import { knownOrganization } from './known-organization.ts';
import { WriteOrganization } from './write-organization.ts';

/** Writes past git, and the overrides that they leave. */
@Controller()
export class WritesController {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(WriteOrganization) private readonly organizations: WriteOrganization,
    @Inject(EndedOverrides) private readonly ended: EndedOverrides,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  @Serves(OPERATIONS.patchOrganization)
  async patch(
    @Param('organization') name: string,
    @Body() body: unknown,
    @Caller() caller: Principal,
  ): Promise<object> {
    const request = validated<OrganizationPatch>('OrganizationPatch', body);
    const written = await this.organizations.patch(name, request, caller, this.now());
    return { ...written, overrides: written.overrides.map(presented) };
  }

  @Serves(OPERATIONS.listOverrides)
  async list(@Param('organization') name: string, @Caller() caller: Principal): Promise<object> {
    const { organizationId } = await knownOrganization(this.database, name);
    const store = this.database.reconcileState({ actor: caller.id, kind: caller.kind, now: this.now() });
    const overrides = await store.transaction('rollback', (state) => state.overrides(organizationId));
    return { overrides: overrides.map(presented) };
  }

  /** All of the organization, or the one at `path`. What cannot be taken back stays, as drift. */
  @Serves(OPERATIONS.endOverrides)
  async end(
    @Param('organization') name: string,
    @Query() query: QueryOf,
    @Caller() caller: Principal,
  ): Promise<object> {
    knownOnly(query, ['path']);
    const { path } = query;
    if (path !== undefined && (typeof path !== 'string' || path.length > 1024))
      throw invalidQuery('there is no such path');
    const { name: organization } = await knownOrganization(this.database, name);
    const now = this.now();
    const store = this.database.reconcileState({ actor: caller.id, kind: caller.kind, now });
    const ended = await store.transaction('commit', (state) => endOverrides(state, { name: organization, path }, now));
    const only = ended.map((override) => override.path);
    const refused = ended.length > 0 ? await this.ended.takeBack(organization, now, { only, as: caller }) : undefined;
    const overrides = ended.map((override) => presented({ ...override, expires: now }));
    return { overrides, takenBack: refused === undefined, ...(refused !== undefined && { refused }) };
  }
}

function presented({ path, by, reason, at, expires, stays }: Override) {
  const refused = stays === undefined || stays === 'pending' ? null : stays;
  return { path, by, reason, at: at.toISOString(), expires: expires.toISOString(), refused };
}
