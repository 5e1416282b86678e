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

/** What a revision leaves of the client secrets: new ones win, those of OpenID providers that stay do, others are gone. */
export function secretsAfter({ document, identityProviders }: NewRevision, before: ReadonlyMap<string, string>) {
  const after = new Map<string, string>();
  for (const [name, declared] of Object.entries(document.spec.identityProviders ?? {})) {
    const secret = identityProviders[name]?.clientSecret ?? before.get(name);
    if (declared.type === 'oidc' && declared.clientSecret && secret !== undefined) after.set(name, secret);
  }
  return after;
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
