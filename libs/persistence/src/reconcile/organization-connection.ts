import type { PoolClient } from 'pg';
import { query, workingFor } from '../sql.ts';
import type { Statement } from '../sql.ts';

/** The connection of a transaction that walks from organization to organization; row-level security shows it one at a time. */
export class OrganizationConnection {
  #workingFor: string | undefined;

  constructor(readonly client: PoolClient) {}

  /** Runs a statement for one organization, whose id is its first parameter. */
  async query<R extends object>(
    organizationId: string,
    statement: Statement,
    values: readonly unknown[] = [],
  ): Promise<R[]> {
    return this.with(organizationId, () => query<R>(this.client, statement, [organizationId, ...values]));
  }

  /** The number in the one row that such a statement answers; 0 without one. */
  async count(organizationId: string, statement: Statement, values: readonly unknown[] = []): Promise<number> {
    const [row] = await this.query<{ users: number }>(organizationId, statement, values);
    return row?.users ?? 0;
  }

  /** Makes the organization the current one and sends one statement behind that, without waiting in between. */
  async with<T>(organizationId: string, send: () => Promise<T>): Promise<T> {
    const [, answer] = await Promise.all([this.enter(organizationId), send()]);
    return answer;
  }

  /** Sent when it is called, so that what is sent next is the organization's. A transaction in which it failed is lost anyway. */
  async enter(organizationId: string): Promise<void> {
    if (this.#workingFor === organizationId) return;
    this.#workingFor = organizationId;
    await this.client.query(workingFor(organizationId));
  }
}
