import type { Pool } from 'pg';
import { query } from '../../sql.ts';
import type { Statement } from '../../sql.ts';
import { togetherOrAlone } from '../together.ts';
import type { FoundPage } from './search-statement.ts';

/** A look-up that is short work, whatever its values are. */
export interface LookUp extends Statement {
  /** The organization and then those of the page. */
  readonly values: readonly unknown[];
  /** The statement for several that differ in their values alone. */
  readonly several: Statement;
}

const MOST_AT_ONCE = 16;

/**
 * Runs look-ups: those of one kind and organization that come in one turn of the event loop, or while one of them runs, are one statement. What a look-up costs
 * our process is the round trip. They lock nothing and read a few rows each, so that none waits long for another, and none is refused for
 * how many wait.
 */
export function lookUpsTogether(pool: Pool): (organizationId: string, lookUp: LookUp) => Promise<FoundPage> {
  const gathered = togetherOrAlone<LookUp, FoundPage>(
    { most: MOST_AT_ONCE, mostWaiting: Number.POSITIVE_INFINITY, endsTurn: true },
    async (lookUps) => {
      const [first] = lookUps;
      if (first === undefined) return [];
      if (lookUps.length === 1) {
        const { name, text, values } = first;
        const rows = await query<{ page: FoundPage }>(pool, { name, text }, values);
        return rows.map(({ page }) => page);
      }
      const each = JSON.stringify(lookUps.map(({ values }) => values.slice(1)));
      const rows = await query<{ pages: FoundPage[] }>(pool, first.several, [first.values[0], each]);
      return rows[0]?.pages ?? [];
    },
  );
  return (organizationId, lookUp) => gathered(`${organizationId} ${lookUp.name}`, lookUp);
}
