import type { ApiToken, Database } from '@rolecall/persistence';
import { onceEach } from '@rolecall/org-config';
import type { MetadataSource } from '@rolecall/platform';
import { apply, reconcile, StalePlanError } from '@rolecall/reconcile';
import type { ApplyTerms, OrganizationHead, Plan, ReconcileRequest } from '@rolecall/reconcile';
import { requireRight } from '../access/authenticate.ts';
import type { ApplyRequest, PlanRequest } from '../api/requests.ts';
import { requireDistinctPaths } from '../api/validate.ts';
import { checkDocuments } from './check-documents.ts';
import type { CheckedOrganization } from './check-documents.ts';
import { requireNoNewAssertion } from './asserted-domains.ts';
import type { OpenIdProviders } from './openid-providers.ts';
import { prepareIdentityProviders } from './prepare-identity-providers.ts';
import { requirePlanInReach, requireRequestInReach } from './reach-of-request.ts';
import { refusing } from './refusal.ts';
import { withSecrets } from './secrets.ts';

export interface Applied {
  readonly plan: Plan;
  /** The revision that each changed organization has now; of a deleted one, the last that it had. */
  readonly applied: readonly { readonly organization: string; readonly revision: number }[];
}

/** Plans and applies: the same steps, in a transaction that is rolled back or committed. */
export class ReconcileOrganizations {
  constructor(
    private readonly database: Pick<Database, 'reconcileState' | 'organizations' | 'collections'>,
    private readonly metadata: MetadataSource,
    private readonly providers: OpenIdProviders,
  ) {}

  /** Writes nothing. @throws Problem */
  plan(request: PlanRequest, caller: ApiToken, now: Date): Promise<Plan> {
    return refusing(this.run('rollback', request, caller, now));
  }

  /** All or nothing. @throws Problem */
  async apply(request: ApplyRequest, caller: ApiToken, now: Date): Promise<Applied> {
    const plan = await refusing(this.run('commit', request, caller, now));
    return { plan, applied: plan.changes.map(revisionAfter) };
  }

  /** Checks and fetches all that can be had without a lock, then does everything else in one transaction. */
  private async run(
    end: 'commit' | 'rollback',
    request: PlanRequest & Partial<ApplyRequest>,
    caller: ApiToken,
    now: Date,
  ): Promise<Plan> {
    requireDistinctPaths(request.files);
    const store = this.database.reconcileState({ actor: caller.id, now });
    const checked = await checkDocuments(
      request,
      onceEach((xml, entityId) => {
        const read = this.metadata.read(xml, { entityId, now });
        return 'problem' in read ? [read.problem] : [];
      }),
      now,
    );
    await requireRequestInReach(caller, request, checked, this.database.collections);
    if (checked.some(trustsEmail)) requireRight(caller, 'domains.assert', '`trustEmail: true`');
    const heads = await store.transaction('rollback', async (state) => {
      const found = await state.heads(request.collection, checked.flatMap(namesOf));
      if (!caller.rights.includes('domains.assert')) await requireNoNewAssertion(checked, found, state);
      return found;
    });
    const { collection, unchangedFiles, files, prune, adopt } = request;
    const key = this.database.collections.fingerprintKey(collection);
    const organizations = await prepareIdentityProviders(withSecrets(checked, request.organizations, collection, key), {
      heads,
      organizations: this.database.organizations,
      metadata: this.metadata,
      providers: this.providers,
      makeKeys: end === 'commit',
      now,
    });
    const origin = { ...request.origin, actor: caller.name };
    const wanted: ReconcileRequest = {
      collection,
      organizations,
      unchangedFiles,
      files,
      prune,
      adopt,
      origin,
      expectedFingerprint: request.fingerprint,
    };
    return store.transaction(end, async (state) => {
      const plan =
        end === 'commit' ? await apply(state, wanted, termsOf(request), now) : await reconcile(state, wanted, now);
      requireSameBase(plan, heads);
      requirePlanInReach(caller, plan, await state.heads(collection, []));
      return plan;
    });
  }
}

/**
 * What was prepared belongs to the revisions that were seen before the transaction: an organization that was as declared
 * then got nothing prepared, and must not be written with that when it has changed since.
 */
function requireSameBase(plan: Plan, heads: ReadonlyMap<string, OrganizationHead>): void {
  for (const { organization, previousName, baseRevision } of plan.changes) {
    const seen = heads.get(previousName ?? organization)?.revision ?? 0;
    if (seen !== baseRevision) throw new StalePlanError(`${organization} changed while the request was prepared`);
  }
}

const termsOf = ({ lease }: Partial<ApplyRequest>): ApplyTerms => (lease === undefined ? {} : { lease });

const namesOf = ({ document: { metadata } }: CheckedOrganization) => [metadata.name, ...(metadata.previously ?? [])];

/** Vouches for whatever address the provider sends. */
function trustsEmail({ document }: CheckedOrganization): boolean {
  const providers = Object.values(document.spec.identityProviders ?? {});
  return providers.some((provider) => provider.type === 'oidc' && provider.trustEmail === true);
}

function revisionAfter({ organization, action, baseRevision, fields }: Plan['changes'][number]) {
  const onlyAdopted = action === 'adopt' && fields.length === 0;
  const kept = action === 'delete' || action === 'release' || onlyAdopted;
  return { organization, revision: kept ? baseRevision : baseRevision + 1 };
}
