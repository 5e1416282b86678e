import type { ApiToken, Database } from '@rolecall/persistence';
import { Problem } from '@rolecall/platform';
import { reconcile } from '@rolecall/reconcile';
import type { Plan, ReconcileRequest } from '@rolecall/reconcile';
import { requireRight } from '../access/authenticate.ts';
import type { ApplyRequest, PlanRequest } from '../api/requests.ts';
import { checkDocuments } from './check-documents.ts';
import type { CheckedOrganization } from './check-documents.ts';
import type { MetadataSource } from './metadata-source.ts';
import { prepareIdentityProviders } from './prepare-identity-providers.ts';
import { refusing } from './refusal.ts';

export interface Applied {
  readonly plan: Plan;
  /** The revision that each changed organization has now; of a deleted one, the last that it had. */
  readonly applied: readonly { readonly organization: string; readonly revision: number }[];
}

/** Plans and applies: the same steps, in a transaction that is rolled back or committed. */
export class ReconcileOrganizations {
  constructor(
    private readonly database: Pick<Database, 'reconcileState' | 'organizations'>,
    private readonly metadata: MetadataSource,
  ) {}

  /** Writes nothing. @throws Problem */
  async plan(request: PlanRequest, caller: ApiToken, now: Date): Promise<Plan> {
    const prepared = await this.prepare(request, caller, false, now);
    const store = this.database.reconcileState({ actor: caller.name, now });
    return refusing(store.transaction('rollback', (state) => reconcile(state, prepared, now)));
  }

  /** All or nothing. @throws Problem */
  async apply(request: ApplyRequest, caller: ApiToken, now: Date): Promise<Applied> {
    const prepared = await this.prepare(request, caller, true, now);
    const expected = { ...prepared, expectedFingerprint: request.fingerprint };
    const store = this.database.reconcileState({ actor: caller.name, now });
    const plan = await refusing(store.transaction('commit', (state) => reconcile(state, expected, now)));
    return { plan, applied: plan.changes.map(revisionAfter) };
  }

  /** Checks everything that can be checked without a lock, and gets what the write needs. */
  private async prepare(
    request: PlanRequest,
    caller: ApiToken,
    makeKeys: boolean,
    now: Date,
  ): Promise<ReconcileRequest> {
    const checked = checkDocuments(request, (xml) => this.metadata.check(xml, now), now);
    if (checked.problems.length > 0) throw invalid(checked.problems);
    if (checked.organizations.some(assertsDomains)) requireRight(caller, 'domains.assert', '`verification: asserted`');
    const names = checked.organizations.flatMap(({ document: { metadata } }) => [
      metadata.name,
      ...(metadata.previously ?? []),
    ]);
    const store = this.database.reconcileState({ actor: caller.name, now });
    const heads = await store.transaction('rollback', (state) => state.heads(request.collection, names));
    const { organizations } = this.database;
    const preparation = { heads, organizations, metadata: this.metadata, makeKeys, now };
    const prepared = await prepareIdentityProviders(checked.organizations, preparation);
    if (prepared.problems.length > 0) throw invalid(prepared.problems);
    return {
      collection: request.collection,
      organizations: prepared.organizations,
      unchangedFiles: request.unchangedFiles,
      files: request.files,
      prune: request.prune,
      origin: { actor: caller.name, ...request.origin },
    };
  }
}

function invalid(problems: ConstructorParameters<typeof Problem>[3]): Problem {
  return new Problem(422, 'configuration_invalid', 'the configuration is not valid, nothing was changed', problems);
}

function assertsDomains({ document }: CheckedOrganization): boolean {
  return Object.values(document.spec.emailDomains ?? {}).some(({ verification }) => verification === 'asserted');
}

function revisionAfter({ organization, action, baseRevision }: Plan['changes'][number]) {
  const removed = action === 'delete' || action === 'release';
  return { organization, revision: removed ? baseRevision : baseRevision + 1 };
}
