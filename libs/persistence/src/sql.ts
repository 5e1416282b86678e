import type { Writable } from 'node:stream';
import pg from 'pg';
import type { Pool, PoolClient, QueryResult, QueryResultRow } from 'pg';
import { ORGANIZATION_SETTING } from './entities/policy.ts';
import { PersistenceError, translateError } from './errors.ts';

/** One SQL text; prepared once per connection under its name, not at all when that is empty. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** Runs a prepared statement. Dates come as Date, bytea as Buffer, bigint as string (the ORM's parsers are overridden). */
export async function query<R extends QueryResultRow>(
  on: Pool | PoolClient,
  statement: Statement,
  values: readonly unknown[],
): Promise<R[]> {
  try {
    const result: QueryResult<R> = await on.query<R>({ ...statement, values: [...values], types: pg.types });
    return result.rows;
  } catch (error) {
    throw translateError(error);
  }
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/** SQL that makes the transaction work for one organization. The id is checked, since this text takes no parameters. */
export function workingFor(organizationId: string): string {
  if (!isUuid(organizationId)) throw new PersistenceError('invalid_organization_id', 'an organization id is a UUID');
  return `select set_config('${ORGANIZATION_SETTING}', '${organizationId}', true)`;
}

export interface TransactionOptions {
  /** The only organization whose rows are visible; without it none are. */
  readonly organizationId?: string;
  /** Default commit. */
  readonly end?: 'commit' | 'rollback';
  /** Reads one moment throughout; for transactions that only read. */
  readonly consistent?: boolean;
  /** For statements whose cost a client chose: cancelled after so many milliseconds (`database_unavailable`), in one process only. */
  readonly timeLimitMs?: number;
}

/** The statement that ends a transaction. What must not be committed makes it fail: nobody reads its answer before the COMMIT. */
export interface LastStatement {
  readonly statement: Statement;
  /** Texts, so that nothing can go wrong between the statement and the COMMIT behind it. */
  readonly values: readonly string[];
}

/**
 * Runs `work` in one transaction, on one connection, that is committed when `work` resolves. BEGIN, the organization and
 * the first statement of `work` are one round trip; so are the one that `last` gives then and COMMIT.
 *
 * When BEGIN itself fails (cancelled, say), the first statement is on its way already and runs outside of any transaction:
 * under row-level security it sees and writes nothing, since the organization is not set, but what it writes to a table without
 * stays, though the caller gets the error. No second statement is sent then.
 */
export async function inTransaction<T>(
  pool: Pool,
  options: TransactionOptions,
  work: (client: PoolClient) => Promise<T>,
  last: () => LastStatement | undefined = () => undefined,
): Promise<T> {
  const opening = openingOf(options);
  const client = await pool.connect().catch((error: unknown) => {
    throw translateError(error);
  });
  let broken: Error | undefined;
  try {
    const [opened, working] = inOnePacket(client, () => {
      const answer = begun(client, opening);
      return [answer, work(onceBegun(client, answer))] as const;
    });
    const result = await working;
    await opened;
    if (options.end === 'rollback') await client.query('rollback');
    else await commit(client, last());
    return result;
  } catch (error) {
    broken = await rollBack(client);
    throw translateError(error);
  } finally {
    client.release(broken);
  }
}

function openingOf({ consistent, organizationId, timeLimitMs }: TransactionOptions): string {
  const parts = [consistent === true ? 'begin isolation level repeatable read' : 'begin'];
  if (organizationId !== undefined) parts.push(workingFor(organizationId));
  if (timeLimitMs !== undefined)
    parts.push(`set local statement_timeout = ${timeLimitMs}`, 'set local max_parallel_workers_per_gather = 0');
  return parts.join('; ');
}

/** Begins a transaction. Nobody waits for the answer at first, so a refusal that is not looked at is no accident. */
function begun(client: PoolClient, opening: string): Promise<unknown> {
  const answer = client.query(opening);
  answer.catch(() => undefined);
  return answer;
}

/**
 * The client, which sends the first statement at once and others when BEGIN has worked. Answers come in the order of the
 * statements, so whoever waited for the first one waits for nothing here.
 */
function onceBegun(client: PoolClient, opened: Promise<unknown>): PoolClient {
  let isFirst = true;
  let isOpen = false;
  opened.then(
    () => (isOpen = true),
    () => undefined,
  );
  const send = (...statement: Parameters<PoolClient['query']>): Promise<unknown> => {
    const isSent = isFirst || isOpen;
    isFirst = false;
    const answer = () => client.query(...statement) as unknown as Promise<unknown>;
    return isSent ? answer() : opened.then(answer);
  };
  return new Proxy(client, { get: (of, key) => (key === 'query' ? send : Reflect.get(of, key, of)) });
}

/**
 * PostgreSQL answers the COMMIT of a failed transaction with ROLLBACK and no error: that is how `last` takes back the
 * COMMIT that left together with it.
 */
async function commit(client: PoolClient, last: LastStatement | undefined): Promise<void> {
  const [written, ended] = inOnePacket(client, () => {
    const wanted = last && query(client, last.statement, last.values);
    return [wanted, client.query('commit')] as const;
  });
  ended.catch(() => undefined); // while the first one's error is thrown
  await written;
  const { command } = await ended;
  if (command === 'COMMIT') return;
  throw new PersistenceError('transaction_failed', 'a statement of the transaction failed, so nothing was written');
}

/** What `send` sends before it waits for an answer leaves in one write. A system call costs more than most of a statement's rest. */
function inOnePacket<T>(client: PoolClient, send: () => T): T {
  const { stream } = (client as unknown as { readonly connection: { readonly stream: Writable } }).connection;
  stream.cork();
  try {
    return send();
  } finally {
    stream.uncork();
  }
}

/** A connection that cannot roll back is of no use any more: returns why, for the pool to close it. */
async function rollBack(client: PoolClient): Promise<Error | undefined> {
  try {
    await client.query('rollback');
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error('rollback failed', { cause: error });
  }
}
