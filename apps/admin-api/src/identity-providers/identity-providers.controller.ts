import { Body, Controller, Inject, Param } from '@nestjs/common';
import { effective } from '@rolecall/org-config';
import type { Database } from '@rolecall/persistence';
import { CLOCK, DATABASE, MetadataRefresh, MetadataSource, metadataSentence, Problem } from '@rolecall/platform';
import type { AcceptProblem, Clock } from '@rolecall/platform';
import type { Principal } from '../access/principal.ts';
import { Caller, Serves } from '../access/serves.decorator.ts';
import { OPERATIONS } from '../api/operations.ts';
import type { AcceptMetadataRequest } from '../api/requests.ts';
import { isSlug, validated } from '../api/validate.ts';
import { knownOrganization } from '../organizations/known-organization.ts';
import { describeIdentityProvider } from './describe-identity-provider.ts';

/** The identity providers of an organization as they are now: what refreshes brought, and what waits for somebody. */
@Controller()
export class IdentityProvidersController {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(MetadataRefresh) private readonly refresh: MetadataRefresh,
    @Inject(MetadataSource) private readonly source: MetadataSource,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  @Serves(OPERATIONS.listIdentityProviders)
  async list(@Param('organization') organization: string): Promise<object> {
    const { document, organizationId } = await knownOrganization(this.database, organization);
    const states = await this.database.metadata.states(organizationId);
    const identityProviders = Object.values(effective(document).identityProviders).map((settings) => {
      const state = states.find(({ identityProvider }) => identityProvider === settings.name);
      return describeIdentityProvider(settings, state, this.source);
    });
    return { identityProviders };
  }

  @Serves(OPERATIONS.refreshMetadata)
  async refreshNow(
    @Param('organization') organization: string,
    @Param('identityProvider') identityProvider: string,
  ): Promise<object> {
    const at = await this.known(organization, identityProvider);
    const claim = await this.database.metadata.claim(at, 'administrator', this.now());
    if (claim === 'not_refreshed') throw notRefreshed();
    if (typeof claim === 'string') throw inProgress();
    const { outcome, code } = await this.refresh.run(claim);
    return { outcome, error: code === undefined ? null : { code, message: metadataSentence(code) } };
  }

  @Serves(OPERATIONS.acceptMetadata)
  async accept(
    @Param('organization') organization: string,
    @Param('identityProvider') identityProvider: string,
    @Body() body: unknown,
    @Caller() caller: Principal,
  ): Promise<object> {
    const { digest } = validated<AcceptMetadataRequest>('AcceptMetadataRequest', body);
    const at = await this.known(organization, identityProvider);
    const problem = await this.refresh.accept(at, digest, caller.actor);
    if (problem !== undefined) throw refusalOf(problem);
    return { identityProvider, digest };
  }

  private async known(organization: string, identityProvider: string) {
    const { document, organizationId } = await knownOrganization(this.database, organization);
    const declared = document.spec.identityProviders ?? {};
    if (isSlug(identityProvider) && Object.hasOwn(declared, identityProvider))
      return { organizationId, identityProvider };
    throw new Problem(404, 'unknown_identity_provider', 'the organization has no identity provider of this name');
  }
}

const notRefreshed = () =>
  new Problem(409, 'metadata_has_no_url', 'the metadata of this identity provider does not come from a URL');

const inProgress = () =>
  new Problem(409, 'refresh_in_progress', 'the metadata is being fetched at this moment; look at it again');

function refusalOf(problem: AcceptProblem): Problem {
  switch (problem) {
    case 'nothing_held':
      return new Problem(409, 'nothing_held', 'no metadata of this identity provider waits to be accepted');
    case 'another_held':
      return new Problem(409, 'another_held', 'other metadata waits by now; look at its fingerprints first');
    case 'overtaken':
      return new Problem(409, 'overtaken', 'the metadata changed at this moment; look at it again');
    default:
      return new Problem(422, problem.code, problem.message);
  }
}
