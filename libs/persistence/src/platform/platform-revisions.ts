import type { Pool, PoolClient } from 'pg';
import type { ApiRight, PlatformDocument } from '@rolecall/org-config';
import { RevisionMovedError } from '@rolecall/reconcile';
import type { LivePlatform, PlatformState, RevisionOrigin, WorkloadToken } from '@rolecall/reconcile';
import { query } from '../sql.ts';
import type { Workload } from '../stores.ts';
import * as sql from './statements.ts';

/** The live document of the deployment with when it was applied. */
export interface PlatformRecord extends LivePlatform {
  readonly appliedAt: Date;
}

interface PlatformRow {
  readonly number: number;
  readonly collection: string;
  readonly document: PlatformDocument;
  readonly digest: string;
  readonly origin: RevisionOrigin;
  readonly applied_at: Date;
}

interface WorkloadTokenRow {
  readonly id: string;
  readonly rights: ApiRight[];
  readonly organizations: string[] | null;
  readonly workload: Workload;
}

/** undefined = nobody applied one yet. Read anew each time: what an apply takes back is gone with its COMMIT. */
export async function livePlatform(on: Pool | PoolClient): Promise<PlatformRecord | undefined> {
  const [row] = await query<PlatformRow>(on, sql.LIVE_PLATFORM, []);
  if (row === undefined) return undefined;
  const { number: revision, applied_at: appliedAt, ...rest } = row;
  return { revision, appliedAt, ...rest };
}

/** The deployment's part of a plan or an apply. */
export class PgPlatformState implements PlatformState {
  constructor(
    private readonly client: PoolClient,
    private readonly now: Date,
    /** An apply holds what it takes back; a plan does not. */
    private readonly applies: boolean,
    private readonly record: {
      /** Told after a revision was added. */
      readonly saved: (revision: number, next: Omit<LivePlatform, 'revision'>) => void;
      /** Told of each token that ended. */
      readonly ended: (tokenId: string) => void;
    },
  ) {}

  async live(): Promise<LivePlatform | undefined> {
    return livePlatform(this.client);
  }

  async save(base: number, next: Omit<LivePlatform, 'revision'>): Promise<void> {
    const { collection, document, digest, origin } = next;
    const values = [base + 1, collection, JSON.stringify(document), digest, JSON.stringify(origin), this.now];
    const added = await query(this.client, sql.ADD_PLATFORM_REVISION, values);
    if (added.length === 0) {
      const live = await livePlatform(this.client);
      throw new RevisionMovedError('the platform document', base, live?.revision ?? 0);
    }
    this.record.saved(base + 1, next);
  }

  /** A statement of its own before they are read, since a later one sees what the lock waited for. */
  async workloadTokens(): Promise<readonly WorkloadToken[]> {
    if (this.applies) await query(this.client, sql.HOLD_PLATFORM, []);
    const rows = await query<WorkloadTokenRow>(this.client, sql.ALIVE_WORKLOAD_TOKENS, [this.now]);
    return rows.map(({ id, rights, organizations, workload }) => {
      return { id, rights, organizations: organizations ?? undefined, identity: workload };
    });
  }

  async endWorkloadTokens(tokens: readonly WorkloadToken[]): Promise<void> {
    await query(this.client, sql.END_WORKLOAD_TOKENS, [tokens.map(({ id }) => id), this.now]);
    for (const { id } of tokens) this.record.ended(id);
  }

  async moveTo(file: string): Promise<void> {
    await query(this.client, sql.MOVE_PLATFORM, [file]);
  }
}
