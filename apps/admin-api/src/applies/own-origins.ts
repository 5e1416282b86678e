import { Problem } from '@rolecall/platform';
import type { ProblemDetail } from '@rolecall/platform';
import type { OrganizationChange, SignInState } from '@rolecall/reconcile';
import { called } from '../access/principal.ts';
import type { Principal } from '../access/principal.ts';

const MAX_PROBLEMS = 1_000;

/**
 * For a caller that is held to some organizations: no application may come to an origin that an organization beside these declares, be it
 * switched off. Whoever writes one organization would otherwise let its users into what belongs to another. What stands stays.
 * @param changes as they are written, in the transaction that does it
 * @throws Problem 403 `origin_out_of_reach`, which does not say whose it is
 */
export async function requireOwnOrigins(
  changes: readonly Pick<OrganizationChange, 'organization' | 'impact' | 'source'>[],
  signIns: Pick<SignInState, 'originsBeyond'>,
  caller: Principal,
): Promise<void> {
  if (caller.organizations === undefined) return;
  const shared = changes.flatMap(({ organization, impact }) =>
    (impact.sharedOrigins ?? []).map(({ origin, application }) => ({ origin, application, organization })),
  );
  if (shared.length === 0) return;
  const origins = shared.map(({ origin }) => origin);
  const beyond = new Set(await signIns.originsBeyond(origins, caller.organizations));
  const problems = shared.filter(({ origin }) => beyond.has(origin)).map(problemOf);
  if (problems.length === 0) return;
  const message = `${called(caller)} is for other organizations than those whose applications are at these origins, nothing was changed`;
  throw new Problem(403, 'origin_out_of_reach', message, problems.slice(0, MAX_PROBLEMS));
}

interface Shared {
  readonly origin: string;
  readonly application: string;
  readonly organization: string;
}

function problemOf({ origin, application, organization }: Shared): ProblemDetail {
  return {
    severity: 'error',
    code: 'origin_out_of_reach',
    message: `"${origin}" is declared by another organization; a token that is for all organizations can share it`,
    pointer: `/spec/applications/${application}/origins`,
    position: { file: '', line: 1, column: 1 },
    organization,
  };
}
