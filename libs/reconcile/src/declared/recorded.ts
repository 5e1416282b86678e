import type { DesiredOrganization, ReconcileRequest } from '../request.ts';
import type { NewRevision, OrganizationHead, RevisionOrigin } from '../state-store.ts';

/** Who and from where, with the file and the lines of this document. */
export function originOf({ file, lines }: DesiredOrganization, { origin }: ReconcileRequest): RevisionOrigin {
  return { ...origin, ...(file === undefined ? {} : { file }), ...(lines === undefined ? {} : { lines }) };
}

/** What a document that was asked for becomes. */
export function revisionOf(desired: DesiredOrganization, origin: RevisionOrigin): NewRevision {
  const { document, digest, identityProviders, applicationSecrets } = desired;
  return { document, digest, origin, identityProviders, ...(applicationSecrets && { applicationSecrets }) };
}

/** What an audit event says of a revision; never the document itself. */
export function eventOf(head: OrganizationHead, { digest, origin }: NewRevision): Record<string, unknown> {
  const { file, commit, repository } = origin;
  return { revision: head.revision, digest, file, commit, repository };
}
