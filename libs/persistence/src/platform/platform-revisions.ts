import type { Pool, PoolClient } from 'pg';
import type { PlatformDocument } from '@rolecall/org-config';
import { RevisionMovedError } from '@rolecall/reconcile';
import type { LivePlatform, PlatformState, RevisionOrigin } from '@rolecall/reconcile';
import { query } from '../sql.ts';
import { ADD_PLATFORM_REVISION, LIVE_PLATFORM, MOVE_PLATFORM } from './statements.ts';

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

/** undefined = nobody applied one yet. Read anew each time: what an apply takes back is gone with its COMMIT. */
export async function livePlatform(on: Pool | PoolClient): Promise<PlatformRecord | undefined> {
  const [row] = await query<PlatformRow>(on, LIVE_PLATFORM, []);
  if (row === undefined) return undefined;
  const { number: revision, applied_at: appliedAt, ...rest } = row;
  return { revision, appliedAt, ...rest };
}

/** The deployment's part of a plan or an apply. */
export class PgPlatformState implements PlatformState {
  constructor(
    private readonly client: PoolClient,
    private readonly now: Date,
    /** Told after a revision was added, for the audit log. */
    private readonly saved: (revision: number, next: Omit<LivePlatform, 'revision'>) => void,
  ) {}

  async live(): Promise<LivePlatform | undefined> {
    return livePlatform(this.client);
  }

  async save(base: number, next: Omit<LivePlatform, 'revision'>): Promise<void> {
    const { collection, document, digest, origin } = next;
    const values = [base + 1, collection, JSON.stringify(document), digest, JSON.stringify(origin), this.now];
    const added = await query(this.client, ADD_PLATFORM_REVISION, values);
    if (added.length === 0) {
      const live = await livePlatform(this.client);
      throw new RevisionMovedError('the platform document', base, live?.revision ?? 0);
    }
    this.saved(base + 1, next);
  }

  async moveTo(file: string): Promise<void> {
    await query(this.client, MOVE_PLATFORM, [file]);
  }
}
