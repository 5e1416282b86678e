import type { OrganizationDocument } from '@rolecall/org-config';
import { Problem, type ProblemDetail } from '@rolecall/platform';
import type { OrganizationHead, StateTransaction } from '@rolecall/reconcile';
import type { CheckedOrganization } from './check-documents.ts';
import { headOf } from './head-of.ts';

/**
 * For a caller without the right `domains.assert`: no document may vouch for an e-mail domain that its organization does not
 * vouch for already. What stands stays, so that other changes of such an organization need no more rights than before.
 * @param after the documents as they will be live
 * @throws Problem 403 `domain_assertion_refused` with every domain
 */
export async function requireNoNewAssertion(
  after: readonly CheckedOrganization[],
  heads: ReadonlyMap<string, OrganizationHead>,
  state: Pick<StateTransaction, 'document'>,
): Promise<void> {
  const problems: ProblemDetail[] = [];
  for (const { document, file = '' } of after) {
    const asserted = assertedDomains(document);
    if (asserted.length === 0) continue;
    const head = headOf(document, heads);
    const before = new Set(head ? assertedDomains(await state.document(head.id)) : []);
    const added = asserted.filter((domain) => !before.has(domain));
    problems.push(...added.map((domain) => problemOf(domain, document.metadata.name, file)));
  }
  if (problems.length === 0) return;
  const message = '`verification: asserted` needs the right domains.assert, which this token does not have';
  throw new Problem(403, 'domain_assertion_refused', message, problems.slice(0, MAX_PROBLEMS));
}

const MAX_PROBLEMS = 1_000;

function assertedDomains({ spec }: OrganizationDocument): readonly string[] {
  const declared = Object.entries(spec.emailDomains ?? {});
  return declared.filter(([, { verification }]) => verification === 'asserted').map(([domain]) => domain);
}

function problemOf(domain: string, organization: string, file: string): ProblemDetail {
  return {
    severity: 'error',
    code: 'domain_assertion_refused',
    message: `"${domain}" is asserted here for the first time; let the organization prove it (verification: dns), or use a token with the right domains.assert`,
    pointer: `/spec/emailDomains/${domain}/verification`,
    position: { file, line: 1, column: 1 },
    organization,
  };
}
