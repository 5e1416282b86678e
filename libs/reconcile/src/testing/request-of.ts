import { documentDigest } from '@rolecall/org-config';
import type { OrganizationDocument } from '@rolecall/org-config';
import type { ReconcileRequest } from '../request.ts';

/** What the command line asks for whose collection is these documents, each in a file of its own: `acme.yaml`. */
export function requestOf(
  documents: readonly OrganizationDocument[],
  rest: Partial<ReconcileRequest> = {},
): ReconcileRequest {
  const sent = documents.map((document) => {
    const { name } = document.metadata;
    return { document, digest: documentDigest(document), file: `${name}.yaml`, identityProviders: {} };
  });
  return {
    collection: 'default',
    organizations: sent,
    unchangedFiles: [],
    files: sent.map(({ document, digest, file }) => ({ path: file, digest, organizations: [document.metadata.name] })),
    prune: false,
    origin: { actor: 'ci' },
    ...rest,
  };
}
