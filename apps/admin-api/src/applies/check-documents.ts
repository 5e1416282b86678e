import { setImmediate as turn } from 'node:timers/promises';
import { checkDocument, documentDigest, runTests } from '@rolecall/org-config';
import type { OrganizationDocument } from '@rolecall/org-config';
import { Problem } from '@rolecall/platform';
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

/** So many documents take a few milliseconds; then other requests, and the probes, have their turn. */
const BATCH = 50;

/**
 * Checks every document again as `rolecall validate` does, its `tests` included: no client is trusted to have done it.
 * @returns the documents, normalized
 * @throws Problem 422 `configuration_invalid` with all that is wrong in all of them
 */
export async function checkDocuments(
  request: PlanRequest,
  checkMetadata: CheckMetadata,
  now: Date,
): Promise<readonly CheckedOrganization[]> {
  const organizations: CheckedOrganization[] = [];
  const problems: ProblemDetail[] = [];
  for (const [index, sent] of request.organizations.entries()) {
    if (index % BATCH === BATCH - 1) await turn();
    const { document, diagnostics } = checkDocument(sent.document, sent.file ?? '', { checkMetadata });
    const errors = diagnostics.filter(({ severity }) => severity === 'error');
    problems.push(...errors.map((error) => ({ ...error, organization: nameOf(sent) })));
    if (!document) continue;
    problems.push(...failedTests(document, sent.file ?? '', now));
    organizations.push({ document, digest: documentDigest(document), file: sent.file });
  }
  refuseInvalid(problems);
  return organizations;
}

/** @throws Problem 422 `configuration_invalid` when there is a problem */
export function refuseInvalid(problems: readonly ProblemDetail[]): void {
  if (problems.length === 0) return;
  throw new Problem(422, 'configuration_invalid', 'the configuration is not valid, nothing was changed', problems);
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
