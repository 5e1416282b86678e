import { secretFingerprint } from '@rolecall/reconcile';
import type { SentOrganization } from '../api/requests.ts';
import type { CheckedOrganization } from './check-documents.ts';

/** A checked organization with what the request says of the secrets that its document refers to, by JSON pointer. */
export interface OrganizationWithSecrets extends CheckedOrganization {
  /** Fingerprints: a plan brings them, an apply's are made of its values. */
  readonly secrets: Readonly<Record<string, string>>;
  /** An apply's only. SECRET: sealed by the store, and in no answer, log or error. */
  readonly secretValues: Readonly<Record<string, string>>;
}

/**
 * Puts the secrets of a request beside its documents.
 * @param checked the documents of `sent`, in the same order
 * @param key of the collection's fingerprints
 */
export function withSecrets(
  checked: readonly CheckedOrganization[],
  sent: readonly SentOrganization[],
  collection: string,
  key: Buffer,
): readonly OrganizationWithSecrets[] {
  return checked.map((organization, index) => {
    const { name } = organization.document.metadata;
    const secrets: Record<string, string> = {};
    const secretValues: Record<string, string> = {};
    for (const [pointer, secret] of Object.entries(sent[index]?.secrets ?? {})) {
      if ('value' in secret) secretValues[pointer] = secret.value;
      secrets[pointer] =
        'value' in secret
          ? secretFingerprint(key, { collection, organization: name, pointer }, secret.value)
          : secret.fingerprint;
    }
    return { ...organization, secrets, secretValues };
  });
}
