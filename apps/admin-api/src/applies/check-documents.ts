import { setImmediate as turn } from 'node:timers/promises';
import { checkDocument, testOutcomes } from '@rolecall/org-config';
import type { OrganizationDocument, TestOutcome } from '@rolecall/org-config';
import { Problem } from '@rolecall/platform';
import type { MetadataProblem, ProblemDetail } from '@rolecall/platform';
import type { PlanRequest, SentOrganization } from '../api/requests.ts';

/** A document that the server itself has checked. */
export interface CheckedOrganization {
  readonly document: OrganizationDocument;
  readonly digest: string;
  readonly file?: string;
  readonly lines?: Readonly<Record<string, number>>;
}

type CheckMetadata = (xml: string, entityId?: string) => readonly MetadataProblem[];

/** After so long, other requests and the probes have their turn. */
const TURN_MS = 20;

/** Nobody reads more, and an answer must not grow with what somebody sent. */
const MAX_PROBLEMS = 1_000;

/**
 * Checks every document again as `rolecall validate` does, its `tests` included: no client is trusted to have done it.
 * @returns the documents, normalized
 * @throws Problem 422 `configuration_invalid` with all that is wrong in all of them
 */
export async function checkDocuments(
  request: Pick<PlanRequest, 'organizations'>,
  checkMetadata: CheckMetadata,
  now: Date,
): Promise<readonly CheckedOrganization[]> {
  const organizations: CheckedOrganization[] = [];
  const problems: ProblemDetail[] = [];
  const pace = paced();
  for (const sent of request.organizations) {
    if (problems.length >= MAX_PROBLEMS) break;
    await pace();
    const { document, digest, diagnostics } = checkDocument(sent.document, sent.file ?? '', { checkMetadata });
    const errors = diagnostics.filter(({ severity }) => severity === 'error');
    problems.push(...errors.map((error) => ({ ...error, organization: nameOf(sent) })));
    if (!document) continue;
    for (const outcome of testOutcomes(document, now)) {
      await pace();
      if (!outcome.passed) problems.push(failedTest(outcome, document, sent.file ?? ''));
    }
    organizations.push({ document, digest, file: sent.file, lines: sent.lines });
  }
  refuseInvalid(problems);
  return organizations;
}

/** @throws Problem 422 `configuration_invalid` when there is a problem */
export function refuseInvalid(problems: readonly ProblemDetail[]): void {
  if (problems.length === 0) return;
  const message = 'the configuration is not valid, nothing was changed';
  throw new Problem(422, 'configuration_invalid', message, bounded(problems));
}

function bounded(problems: readonly ProblemDetail[]): readonly ProblemDetail[] {
  if (problems.length < MAX_PROBLEMS) return problems;
  const message = `there are ${MAX_PROBLEMS} mistakes and perhaps more; correct these first`;
  return [...problems.slice(0, MAX_PROBLEMS), { severity: 'error', code: 'too_many_mistakes', message, pointer: '' }];
}

/** Waits for the event loop to go round once when the work since the last time took long. */
function paced(): () => Promise<void> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < TURN_MS) return;
    await turn();
    since = performance.now();
  };
}

function failedTest(outcome: TestOutcome, document: OrganizationDocument, file: string): ProblemDetail {
  const { name, pointer, wanted, got } = outcome;
  return {
    severity: 'error',
    code: 'test_failed',
    message: `the test \`${name}\` wants ${wanted}, and gets ${got}`,
    position: { file, line: 1, column: 1 },
    pointer,
    organization: document.metadata.name,
  };
}

/** The name that an unchecked document gives itself, to say where a problem is. */
function nameOf({ document }: SentOrganization): string | undefined {
  const metadata = 'metadata' in document ? document.metadata : undefined;
  const name = typeof metadata === 'object' && metadata !== null && 'name' in metadata ? metadata.name : undefined;
  return typeof name === 'string' ? name.slice(0, 100) : undefined;
}
