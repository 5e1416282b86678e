import { trustsOf } from '@rolecall/org-config';
import type { PlatformDocument, WorkloadIdentity } from '@rolecall/org-config';
import type { ReconcileProblem } from '../errors.ts';

/** Who applies by a trusted issuer, and not by a token that somebody made. */
export interface AppliedBy {
  readonly identity: WorkloadIdentity;
  /** Of entries that name no audience. */
  readonly ownAudience: string;
}

const NEEDED = ['apply', 'platform.apply'] as const;

/**
 * An apply must not take away what it applies by: the next one could not put it right, and nobody may be there with another token.
 * The same identity must get the same rights from the new document, by whichever entry, for the whole deployment.
 */
export function ownAccess(document: PlatformDocument, by: AppliedBy | undefined): readonly ReconcileProblem[] {
  if (by === undefined) return [];
  const kept = trustsOf(document, by.identity, by.ownAudience).some(
    ({ rights, organizations }) => NEEDED.every((right) => rights.includes(right)) && organizations.includes('*'),
  );
  if (kept) return [];
  const message =
    'the document takes from this very pipeline what it applies by: no entry of trustedIssuers would give it `apply` and `platform.apply` again; keep one that does, or apply this with an API token';
  return [{ code: 'own_access', pointer: '/spec/trustedIssuers', message }];
}
