import type { OrganizationDocument } from '@rolecall/org-config';
import type { OrganizationHead } from '@rolecall/reconcile';

/** The organization that a document speaks of: by its name, else by one that it had before; undefined = it is new. */
export function headOf(
  { metadata: { name, previously = [] } }: Pick<OrganizationDocument, 'metadata'>,
  heads: ReadonlyMap<string, OrganizationHead>,
): OrganizationHead | undefined {
  return [name, ...previously].map((known) => heads.get(known)).find((head) => head !== undefined);
}
