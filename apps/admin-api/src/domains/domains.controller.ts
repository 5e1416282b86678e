import { Controller, Inject, Param } from '@nestjs/common';
import type { Database, DomainClaim } from '@rolecall/persistence';
import { DATABASE, Problem } from '@rolecall/platform';
import type { Principal } from '../access/principal.ts';
import { Caller, Serves } from '../access/serves.decorator.ts';
import { OPERATIONS } from '../api/operations.ts';
import { knownOrganization } from '../organizations/known-organization.ts';
import { DomainChecks } from './domain-checks.ts';
import { txtRecordOf } from './txt-record.ts';

/** E-mail domains of an organization: what to publish, and whether it is there. */
@Controller()
export class DomainsController {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(DomainChecks) private readonly checks: DomainChecks,
  ) {}

  @Serves(OPERATIONS.listDomains)
  async list(@Param('organization') name: string): Promise<object> {
    const { organizationId } = await knownOrganization(this.database, name);
    const claims = await this.database.domains.list(organizationId);
    return { domains: claims.map(shown) };
  }

  @Serves(OPERATIONS.checkDomain)
  async check(
    @Param('organization') name: string,
    @Param('domain') domain: string,
    @Caller() caller: Principal,
  ): Promise<object> {
    const { organizationId } = await knownOrganization(this.database, name);
    const known = /^[a-z0-9.-]{1,253}$/.test(domain);
    const claim = known ? await this.checks.check(organizationId, domain, caller.actor) : undefined;
    if (claim) return shown(claim);
    throw new Problem(404, 'unknown_domain', 'the organization declares no such e-mail domain under emailDomains');
  }
}

/** A key that holds nothing is null, so that every domain has all of them. */
function shown(claim: DomainClaim): object {
  const { domain, verification, error } = claim;
  const [verifiedAt, checkedAt, failingSince] = [claim.verifiedAt, claim.checkedAt, claim.failingSince].map(
    (at) => at?.toISOString() ?? null,
  );
  const record = txtRecordOf(claim);
  return {
    domain,
    verification,
    state: stateOf(claim),
    record,
    verifiedAt,
    checkedAt,
    failingSince,
    error: error ?? null,
  };
}

function stateOf({ verification, verifiedAt, failingSince }: DomainClaim): string {
  if (verification === 'asserted') return 'asserted';
  if (!verifiedAt) return 'pending';
  return failingSince ? 'failing' : 'verified';
}
