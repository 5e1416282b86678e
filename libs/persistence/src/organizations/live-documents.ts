import type { Pool } from 'pg';
import type { OrganizationDocument } from '@rolecall/org-config';
import { OrganizationConnection } from '../reconcile/organization-connection.ts';
import { inTransaction } from '../sql.ts';
import { LIVE_DOCUMENT } from './statements.ts';

/** What is live of an organization. */
export interface LiveDocument {
  readonly revision: number;
  readonly digest: string;
  readonly document: OrganizationDocument;
}

interface Row extends LiveDocument {
  readonly bytes: number;
}

/** So many are asked for before the first is answered. */
const AT_ONCE = 25;
/** Documents of a page; with the last ones it may become somewhat more. */
const PAGE_BYTES = 8 * 1024 * 1024;

/**
 * The live documents of these organizations, by their id, until they are large enough together: then the rest is left out.
 * Row-level security shows one organization at a time, so the transaction goes from one to the next.
 * @param organizationIds in the order of the page
 */
export function liveDocuments(
  pool: Pool,
  organizationIds: readonly string[],
  { atOnce = AT_ONCE, bytes: most = PAGE_BYTES } = {},
): Promise<{ readonly documents: ReadonlyMap<string, LiveDocument>; readonly asked: number }> {
  return inTransaction(pool, { consistent: true }, async (client) => {
    const on = new OrganizationConnection(client);
    const documents = new Map<string, LiveDocument>();
    let bytes = 0;
    let asked = 0;
    while (asked < organizationIds.length && bytes < most) {
      const some = organizationIds.slice(asked, asked + atOnce);
      const answers = await Promise.all(some.map((id) => on.query<Row>(id, LIVE_DOCUMENT)));
      for (const [index, [row]] of answers.entries()) {
        if (row === undefined) continue; // deleted since the page was made
        const { revision, digest, document } = row;
        documents.set(some[index] ?? '', { revision, digest, document });
        bytes += row.bytes;
      }
      asked += some.length;
    }
    return { documents, asked };
  });
}
