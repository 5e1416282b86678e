import type { Pool, PoolClient } from 'pg';
import type { MasterKeys } from '../secrets/master-keys.ts';
import { newId } from '../new-id.ts';
import { Vault } from '../secrets/vault.ts';
import { inTransaction, query } from '../sql.ts';
import type { ClaimedMail, MailOutbox, OutgoingMail } from '../stores/mails.ts';
import { mailLifetimeMs } from './lifetimes.ts';
import { CLAIM, FORGET, GIVE_UP, QUEUE, READ, WAITING } from './statements.ts';

/** So many are deleted in one transaction. */
const GIVEN_UP_AT_ONCE = 500;

/**
 * Queues mails in a transaction that works for the vault's organization: they are sent when it commits, and never when it does not.
 * @throws PersistenceError `master_key_missing`
 */
export async function queueMails(
  client: PoolClient,
  vault: Vault,
  mails: readonly OutgoingMail[],
  now: Date,
): Promise<void> {
  if (mails.length === 0) return;
  const ids: string[] = [];
  const sealed: Buffer[] = [];
  for (const mail of mails) {
    const id = newId();
    ids.push(id);
    sealed.push(await vault.sealed(placeOf(id), Buffer.from(JSON.stringify(mail))));
  }
  const givesUp = mails.map(({ kind }) => new Date(now.getTime() + mailLifetimeMs(kind)));
  await query(client, QUEUE, [vault.organizationId, ids, sealed, givesUp, now]);
}

/** @param onQueued see `MailOutbox.onQueued` */
export function mailOutbox(
  pool: Pool,
  masterKeys: MasterKeys | undefined,
  onQueued: MailOutbox['onQueued'],
): MailOutbox {
  return {
    async claim(now, limit) {
      const rows = await query<ClaimedRow>(pool, CLAIM, [now, limit]);
      return rows.map(toClaimed).sort((a, b) => a.givesUpAt.getTime() - b.givesUpAt.getTime());
    },

    read({ organizationId, mailId }) {
      return inTransaction(pool, { organizationId }, async (client) => {
        const [row] = await query<{ sealed: Buffer }>(client, READ, [organizationId, mailId]);
        if (row === undefined) return undefined;
        const opened = await new Vault(client, organizationId, masterKeys).opened(placeOf(mailId), row.sealed);
        return JSON.parse(opened.toString()) as OutgoingMail;
      });
    },

    async forget({ organizationId, mailId }) {
      await inTransaction(pool, { organizationId }, (client) => query(client, FORGET, [organizationId, mailId]));
    },

    giveUp: (now) => giveUpMails(pool, now),

    async waiting() {
      return (await query<{ mails: number }>(pool, WAITING, []))[0]?.mails ?? 0;
    },

    onQueued,
  };
}

/** Deletes the mails whose time is over; how many. */
export async function giveUpMails(pool: Pool, now: Date): Promise<number> {
  for (let total = 0; ;) {
    const [{ mails } = { mails: 0 }] = await query<{ mails: number }>(pool, GIVE_UP, [now, GIVEN_UP_AT_ONCE]);
    total += mails;
    if (mails < GIVEN_UP_AT_ONCE) return total;
  }
}

interface ClaimedRow {
  readonly org_id: string;
  readonly mail_id: string;
  readonly tries: number;
  readonly give_up_at: Date;
}

function toClaimed(row: ClaimedRow): ClaimedMail {
  return { organizationId: row.org_id, mailId: row.mail_id, tries: row.tries, givesUpAt: row.give_up_at };
}

function placeOf(mailId: string) {
  return { table: 'mails', column: 'sealed', row: mailId };
}
