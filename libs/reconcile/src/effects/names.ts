import type { NamedUsers } from '../plan/plan.ts';
import type { StateTransaction } from '../state-store.ts';

/** So many people somebody reads about; of the others it is said how many they are. */
export const MAX_NAMED = { ofOrganization: 100, ofPlan: 1_000 } as const;

/** What one user gains and loses, in words. */
export interface Difference {
  readonly gains: readonly string[];
  readonly loses: readonly string[];
}

/**
 * Remembers users whom the changes of a plan concern, for whoever asked for their names: the first ones by id, so that memory
 * stays flat at any number of users. Organizations are done one after the other.
 */
export class Names {
  #left: number = MAX_NAMED.ofPlan;
  #users = new Map<string, Difference>();

  add(userId: string, difference: () => Difference): void {
    if (this.#users.size < Math.min(MAX_NAMED.ofOrganization, this.#left)) this.#users.set(userId, difference());
  }

  /** Those of an organization that is done. @param affected how many there are in all */
  async take(state: StateTransaction, organizationId: string, affected: number): Promise<NamedUsers> {
    const found = this.#users;
    this.#users = new Map();
    this.#left -= found.size;
    const emails = await state.users.emails(organizationId, [...found.keys()]);
    const users = [...found].map(([userId, difference]) => {
      const email = emails.get(userId);
      return { userId, ...(email !== undefined && { email }), ...difference };
    });
    return { users, more: affected - users.length };
  }
}
