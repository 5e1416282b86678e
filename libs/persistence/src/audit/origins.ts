import type { Pool } from 'pg';
import { query } from '../sql.ts';
import type { Statement } from '../sql.ts';

/** How long addresses stand beside the audit log, in days, unless the caller says otherwise. */
export const ADDRESS_DAYS = 90;

const AT_ONCE = 200;

const ERASE: Statement = {
  name: 'audit.erase-origins',
  text: 'select days, addresses from erase_audit_origins($1, $2)',
};

const KEPT: Statement = { name: 'audit.kept-address-days', text: 'select days from audit_address_days' };

/** How many days the owner told the database to keep addresses, at least. */
export async function keptAddressDays(pool: Pool): Promise<number> {
  const [row] = await query<{ days: number }>(pool, KEPT, []);
  return row?.days ?? ADDRESS_DAYS;
}

/**
 * Erases addresses: a day's (UTC) go together, on the day on which the first of them would be kept longer than so many days; 0 = all
 * that there are. None that the database was told to keep (`migrate`), by its own clock. The chains stay as they are.
 * @returns how many
 */
export async function eraseOrigins(pool: Pool, now: Date, keptDays: number): Promise<number> {
  const before = new Date(now);
  before.setUTCDate(before.getUTCDate() - keptDays + 1);
  let erased = 0;
  for (;;) {
    const values = [before.toISOString().slice(0, 10), AT_ONCE];
    const [row] = await query<{ days: number; addresses: number }>(pool, ERASE, values);
    erased += row?.addresses ?? 0;
    if (row === undefined || row.days < AT_ONCE) return erased;
  }
}
