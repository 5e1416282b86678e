import { effective } from '@rolecall/org-config';
import type { OrganizationDocument } from '@rolecall/org-config';
import type { Database } from '@rolecall/persistence';
import { Problem } from '@rolecall/platform';
import type { ProblemDetail } from '@rolecall/platform';
import type { OrganizationHead, StateTransaction } from '@rolecall/reconcile';
import { called } from '../access/principal.ts';
import type { Principal } from '../access/principal.ts';
import type { CheckedOrganization } from './check-documents.ts';
import { headOf } from './head-of.ts';

const MAX_PROBLEMS = 1_000;

/**
 * For a caller that is held to some organizations: no application may be behind a proxy that lets in users of others. Whoever writes
 * one organization would otherwise let its users into what belongs to another. What stands stays.
 * @param after the documents as they will be live
 * @throws Problem 403 `origin_out_of_reach`, which does not say whose it is
 */
export async function requireOwnOrigins(
  after: readonly CheckedOrganization[],
  heads: ReadonlyMap<string, OrganizationHead>,
  state: Pick<StateTransaction, 'document'>,
  caller: Principal,
  registry: Pick<Database['registry'], 'originsBeyond'>,
): Promise<void> {
  if (caller.organizations === undefined) return;
  const added: Added[] = [];
  for (const { document, file = '' } of after) {
    const origins = originsOf(document);
    if (origins.length === 0) continue;
    const head = headOf(document, heads);
    const before = new Set((head ? originsOf(await state.document(head.id)) : []).map(({ origin }) => origin));
    const organization = document.metadata.name;
    added.push(...origins.filter(({ origin }) => !before.has(origin)).map((one) => ({ ...one, organization, file })));
  }
  if (added.length === 0) return;
  const all = added.map(({ origin }) => origin);
  const taken = new Set(await registry.originsBeyond(all, caller.organizations));
  const problems = added.filter(({ origin }) => taken.has(origin)).map(problemOf);
  if (problems.length === 0) return;
  const message = `${called(caller)} is for other organizations than those whose applications are at these origins, nothing was changed`;
  throw new Problem(403, 'origin_out_of_reach', message, problems.slice(0, MAX_PROBLEMS));
}

interface Added {
  readonly origin: string;
  readonly application: string;
  readonly organization: string;
  readonly file: string;
}

/** Where its users are let in by a proxy. */
function originsOf(document: OrganizationDocument): readonly Pick<Added, 'origin' | 'application'>[] {
  return Object.values(effective(document).applications).flatMap((application) => {
    if (application.type !== 'forward-auth' || !application.enabled) return [];
    return application.origins.map((origin) => ({ origin, application: application.name }));
  });
}

function problemOf({ origin, application, organization, file }: Added): ProblemDetail {
  return {
    severity: 'error',
    code: 'origin_out_of_reach',
    message: `"${origin}" lets users of another organization in; a token that is for all organizations can let those of this one in as well`,
    pointer: `/spec/applications/${application}/origins`,
    position: { file, line: 1, column: 1 },
    organization,
  };
}
