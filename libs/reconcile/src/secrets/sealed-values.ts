import { withSealedValues } from '@rolecall/org-config';
import type { OrganizationDocument } from '@rolecall/org-config';
import { sealedDigest } from './secret.ts';

/** The document with digests in the place of sealed values: twenty lines of ciphertext tell nobody anything. */
export function withoutSealedValues(document: OrganizationDocument): OrganizationDocument {
  return withSealedValues(document, (age) => `sha256:${sealedDigest(age)}`);
}
