import { EVERY_ORGANIZATION, trustsOf } from '@rolecall/org-config';
import type { ApiRight, PlatformDocument, WorkloadIdentity } from '@rolecall/org-config';

/** An API token that a job got for its own, as long as it is alive. */
export interface WorkloadToken {
  readonly id: string;
  readonly identity: WorkloadIdentity;
  readonly rights: readonly ApiRight[];
  /** Patterns of names that it is held to; undefined = the whole deployment. */
  readonly organizations: readonly string[] | undefined;
}

/**
 * The tokens that a document would not give any more: to the same job, by whichever one entry, all that it holds. A pattern of names
 * must stand in the entry as it is: nothing is concluded from one about another.
 */
export function withdrawn(
  document: PlatformDocument,
  tokens: readonly WorkloadToken[],
  ownAudience = '',
): readonly WorkloadToken[] {
  return tokens.filter(({ identity, rights, organizations = [EVERY_ORGANIZATION] }) => {
    const trusts = trustsOf(document, identity, ownAudience);
    return !trusts.some(
      (trust) =>
        rights.every((right) => trust.rights.includes(right)) &&
        (trust.organizations.includes(EVERY_ORGANIZATION) ||
          organizations.every((pattern) => trust.organizations.includes(pattern))),
    );
  });
}
