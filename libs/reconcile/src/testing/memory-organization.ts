import { clientSecrets, type SecretHolder } from '@rolecall/org-config';
import { ReconcileError } from '../errors.ts';
import type { HeldRename } from '../user-state.ts';
import type { NewRevision, OrganizationHead } from '../state-store.ts';
import type { MemoryUser } from './memory-state.ts';

export function taken(code: 'name_taken' | 'email_domain_taken', organization: string, pointer: string, what: string) {
  const message = `"${what}" belongs to another organization; remove it there first`;
  return new ReconcileError([{ code, organization, pointer, message }]);
}

export function headOf(
  head: Pick<OrganizationHead, 'id' | 'name' | 'collection' | 'revision'>,
  { document, digest }: NewRevision,
): OrganizationHead {
  return { ...head, digest, deletionPolicy: document.metadata.deletionPolicy ?? 'retain' };
}

/** TEST ONLY: the key of a collection's fingerprints. Anybody can compute it, so it protects nothing. */
export function memoryFingerprintKey(collection: string): Buffer {
  return Buffer.from(`fingerprints of ${collection}`);
}

/** What a revision leaves of the client secrets: new ones win, those of entries that stay do, others are gone. By `secretKey`. */
export function secretsAfter(revision: NewRevision, before: ReadonlyMap<string, string>): Map<string, string> {
  const { document, identityProviders, applicationSecrets = {} } = revision;
  const after = new Map<string, string>();
  for (const { map, name } of clientSecrets(document)) {
    const given = map === 'applications' ? applicationSecrets[name] : identityProviders[name]?.clientSecret;
    const secret = given ?? before.get(secretKey({ map, name }));
    if (secret !== undefined) after.set(secretKey({ map, name }), secret);
  }
  return after;
}

export function secretKey({ map, name }: SecretHolder): string {
  return `${map}/${name}`;
}

export function renameSecret(secrets: Map<string, string>, map: SecretHolder['map'], from: string, to: string): void {
  const secret = secrets.get(secretKey({ map, name: from }));
  if (secret !== undefined) secrets.set(secretKey({ map, name: to }), secret);
  secrets.delete(secretKey({ map, name: from }));
}

export function withoutSecrets({ document, digest, origin }: NewRevision) {
  return { document, digest, origin };
}

export function renameHeldBy(user: MemoryUser, { kind, from, to }: HeldRename): void {
  const rename = <T extends Record<K, string>, K extends string>(held: readonly T[], key: K): T[] =>
    held.flatMap((item) => {
      if (item[key] !== from) return [item];
      return to === undefined ? [] : [{ ...item, [key]: to }];
    });
  if (kind === 'group') user.groups = unique(rename(user.groups, 'group'), (it) => it.group);
  else user.grants = unique(rename(user.grants, kind), (it) => JSON.stringify([it.scope, it.role]));
}

function unique<T>(items: readonly T[], keyOf: (item: T) => string): T[] {
  return [...new Map(items.toReversed().map((item) => [keyOf(item), item])).values()].toReversed();
}
