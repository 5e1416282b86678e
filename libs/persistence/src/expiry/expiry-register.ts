import type { Pool } from 'pg';
import { likeOf } from '../organizations/globs.ts';
import { inTransaction, query } from '../sql.ts';
import type { ExpiringItem, ExpiryKind, ExpiryRegister } from '../stores/expiry.ts';
import * as sql from './statements.ts';

/** In one notice; the rest follows at once, in another. */
const NOTICE_ITEMS = 500;

export function expiryRegister(pool: Pool): ExpiryRegister {
  return {
    async list({ now, from, before, organization, globs, collection, kinds, after, limit }) {
      const filter = [from, before, organization, collection, kinds && [...kinds]].map((value) => value ?? null);
      const last = after && [after.expiresAt, after.organization ?? '', after.kind, after.name];
      const values = [now, ...filter, ...(last ?? [null, null, null, null]), limit, globs?.map(likeOf) ?? null];
      return (await query<ItemRow>(pool, sql.LIST, values)).map(toItem);
    },

    async overridesOver({ now, except, limit }) {
      const rows = await query<{ name: string }>(pool, sql.OVERRIDES_OVER, [now, [...except], limit]);
      return rows.map(({ name }) => name);
    },

    async notify({ now, thresholds }, deliver) {
      let delivered = 0;
      for (;;) {
        const items = await inTransaction(pool, {}, async (client) => {
          await query(client, sql.FORGET_NOTICES, [now]);
          const rows = await query<ItemRow>(client, sql.CLAIM_NOTICES, [now, [...thresholds], NOTICE_ITEMS]);
          const claimed = rows.map(toItem).sort((a, b) => a.expiresAt.getTime() - b.expiresAt.getTime());
          if (claimed.length > 0) await deliver(claimed);
          return claimed.length;
        });
        delivered += items;
        if (items === 0) return delivered;
      }
    },
  };
}

interface ItemRow {
  organization: string;
  kind: ExpiryKind;
  name: string;
  expires_at: Date;
}

function toItem({ organization, kind, name, expires_at: expiresAt }: ItemRow): ExpiringItem {
  return { organization: organization === '' ? undefined : organization, kind, name, expiresAt };
}
