import type { PoolClient } from 'pg';
import { query, type Statement } from '../sql.ts';
import {
  type CreatedLink,
  LINK_LIFETIME_MS,
  type LinkPurpose,
  type NewLink,
  type OneTimeLink,
  type OneTimeLinks,
} from '../stores.ts';
import { newOrganizationToken } from '../tokens/organization-token.ts';
import * as sql from './statements.ts';

interface LinkRow {
  purpose: LinkPurpose;
  user_id: string | null;
  address_key: string;
  about: string | null;
  printed: boolean;
  created_by: string;
  created_at: Date;
  expires_at: Date;
}

/** Within a transaction that works for the organization. */
export function oneTimeLinks(client: PoolClient, organizationId: string): OneTimeLinks {
  /** @returns undefined = a row that is there stays */
  async function insert(statement: Statement, link: NewLink): Promise<CreatedLink | undefined> {
    const { purpose, userId = null, addressKey, about = null, printed = false, createdBy, now } = link;
    const { value: token, hash } = newOrganizationToken(organizationId);
    const expiresAt = new Date(now.getTime() + LINK_LIFETIME_MS[purpose]);
    const values = [organizationId, hash, purpose, userId, addressKey, about, createdBy, now, expiresAt, printed];
    const rows = await query(client, statement, values);
    return rows.length === 0 ? undefined : { token, expiresAt };
  }

  return {
    async create(link) {
      const created = await insert(sql.CREATE_LINK, link);
      if (!created) throw new Error('a link that replaces the former one was not made');
      return created;
    },

    createFirst: (link) => insert(sql.CREATE_FIRST_LINK, link),

    async peek(tokenHash, now) {
      const [row] = await query<LinkRow>(client, sql.PEEK_LINK, [organizationId, tokenHash, now]);
      return row && toLink(row);
    },

    async take(tokenHash, purpose, now) {
      await query(client, sql.HOLD_USER_OF_LINK, [organizationId, tokenHash]);
      const [row] = await query<LinkRow>(client, sql.TAKE_LINK, [organizationId, tokenHash, now, purpose]);
      return row && toLink(row);
    },

    endAll: async (userId) => (await query(client, sql.END_LINKS, [organizationId, userId])).length,
  };
}

function toLink(row: LinkRow): OneTimeLink {
  return {
    purpose: row.purpose,
    userId: row.user_id ?? undefined,
    addressKey: row.address_key,
    about: row.about ?? undefined,
    printed: row.printed,
    createdBy: row.created_by,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
  };
}
