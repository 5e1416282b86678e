import { checkDocument, documentDigest, runTests } from '@rolecall/org-config';
import type { OrganizationDocument } from '@rolecall/org-config';
import type { ProblemDetail } from '@rolecall/platform';
import type { PlanRequest, SentOrganization } from '../api/requests.ts';
import type { MetadataProblem } from './metadata-source.ts';

/** A document that the server itself has checked. */
export interface CheckedOrganization {
  readonly document: OrganizationDocument;
  readonly digest: string;
  readonly file?: string;
}

type CheckMetadata = (xml: string) => readonly MetadataProblem[];

/**
 * Checks every document again as `rolecall validate` does, its `tests` included: no client is trusted to have done it.
 * @returns the documents, normalized, and all that is wrong; the documents are of use only when nothing is
 */
export function checkDocuments(
  request: PlanRequest,
  checkMetadata: CheckMetadata,
  now: Date,
): { readonly organizations: readonly CheckedOrganization[]; readonly problems: readonly ProblemDetail[] } {
  const organizations: CheckedOrganization[] = [];
  const problems: ProblemDetail[] = [];
  for (const sent of request.organizations) {
    const checked = checkDocument(sent.document, sent.file ?? '', { checkMetadata });
    const errors = checked.diagnostics.filter(({ severity }) => severity === 'error');
    problems.push(...errors.map((error) => ({ ...error, organization: nameOf(sent) })));
    if (!checked.document) continue;
    problems.push(...failedTests(checked.document, sent.file ?? '', now));
    organizations.push({ document: checked.document, digest: documentDigest(checked.document), file: sent.file });
  }
  return { organizations, problems };
}

function failedTests(document: OrganizationDocument, file: string, now: Date): ProblemDetail[] {
  return runTests(document, now)
    .filter(({ passed }) => !passed)
    .map(({ name, pointer, wanted, got }) => ({
      severity: 'error',
      code: 'test_failed',
      message: `the test \`${name}\` wants ${wanted}, and gets ${got}`,
      position: { file, line: 1, column: 1 },
      pointer,
      organization: document.metadata.name,
    }));
}

/** The name that an unchecked document gives itself, to say where a problem is. */
function nameOf({ document }: SentOrganization): string | undefined {
  const metadata = 'metadata' in document ? document.metadata : undefined;
  const name = typeof metadata === 'object' && metadata !== null && 'name' in metadata ? metadata.name : undefined;
  return typeof name === 'string' ? name.slice(0, 100) : undefined;
}
