import { togetherOrAlone } from './together.ts';
import type { turns } from './turns.ts';

/** A user's write as a SQL function takes it, by the rules of one revision of its organization. */
export interface UserWrite {
  readonly organizationId: string;
  readonly revision: number;
  /** Made in the request that it is about: its events have the address of that one's client, whoever's statement takes them along. */
  readonly columns: object;
}

/** Work of an organization in its turn among its writes. */
export type InTurn = ReturnType<typeof turns>;

/** So many are written in one transaction, which holds the organization's counters from its first or at its end. */
const MOST_AT_ONCE = 16;
const MOST_WAITING = 100;

/**
 * Writes users of one organization and revision in one statement when they come at one moment: they wait for one another at its counters and
 * its audit log in any case.
 * @param write - gives a result for each, in their order; undefined = passed over, which it does to none that is `alone`
 */
export function writtenTogether<Result>(
  inTurn: InTurn,
  write: (
    of: Pick<UserWrite, 'organizationId' | 'revision'>,
    columns: string,
    alone: boolean,
  ) => Promise<readonly (Result | undefined)[]>,
): (item: UserWrite) => Promise<Result> {
  const gathered = togetherOrAlone<UserWrite, Result>(
    { most: MOST_AT_ONCE, mostWaiting: MOST_WAITING },
    async (items, alone) => {
      const [first] = items;
      if (first === undefined) return [];
      const columns = JSON.stringify(items.map((item) => item.columns));
      return inTurn(first.organizationId, () => write(first, columns, alone));
    },
  );
  return (item) => gathered(`${item.organizationId} ${item.revision}`, item);
}
