import { hostname } from 'node:os';
import { setTimeout as clockPause } from 'node:timers/promises';
import { durationSeconds } from '@rolecall/org-config';
import { LEASE_HEARTBEAT_MS } from '@rolecall/reconcile';
import { CommandError, EXIT } from './exit.ts';
import type { Io } from './io.ts';
import { jobLink } from './output/formats/plan.ts';
import { answered } from './planning.ts';
import type { Client } from './server/client.ts';
import { ServerRefusal } from './server/http.ts';
import { releaseLease, renewLease, takeLease } from './server/leases.ts';
import type { TakenLease } from './server/leases.ts';

/** Between two looks whether the holder of a lease is done. */
const PAUSE_MS = 2_000;

/** The lease of a collection, kept alive until it is released. */
export interface Hold {
  /** What an apply sends of it. */
  readonly shown: { readonly lease: number; readonly leaseSecret: string };
  /** Ends it; when that fails it ends by itself within a minute. Also done when the command is interrupted. */
  release(): Promise<void>;
}

/**
 * Takes the lease of a collection.
 * @param timeout how long to wait while somebody else has it: `30s`, `5m`; not at all when absent or `0s`
 * @throws CommandError `lease_held` (exit code 4)
 */
export async function lock(client: Client, collection: string, timeout: string | undefined, io: Io): Promise<Hold> {
  const lease = await taken(client, collection, timeoutOf(timeout), io);
  const heartbeat = setInterval(() => {
    // a lost one shows when the server refuses the apply; a server that is away for a moment shows nothing
    renewLease(client, lease).catch(() => undefined);
  }, LEASE_HEARTBEAT_MS);
  heartbeat.unref();
  const end = async () => {
    clearInterval(heartbeat);
    await releaseLease(client, lease).catch(() => undefined);
  };
  const forget = io.onInterrupt?.(end);
  return {
    shown: { lease: lease.fencing, leaseSecret: lease.secret },
    async release() {
      forget?.();
      await end();
    },
  };
}

async function taken(client: Client, collection: string, timeout: number, io: Io): Promise<TakenLease> {
  const { pause = (milliseconds: number) => clockPause(milliseconds) } = io;
  for (let waited = 0; ; waited += PAUSE_MS) {
    try {
      return await takeLease(client, collection, holderOf(io.env));
    } catch (error) {
      const held = error instanceof ServerRefusal && error.code === 'lease_held';
      if (!held || waited >= timeout) return await answered(Promise.reject(error as Error));
      if (waited === 0) io.err(`Waiting: ${error.message}\n`);
      await pause(Math.min(PAUSE_MS, timeout - waited));
    }
  }
}

/** In milliseconds. @throws CommandError `invalid_timeout` */
function timeoutOf(text = '0s'): number {
  if (text === '0' || text === '0s') return 0;
  const seconds = durationSeconds(text);
  if (seconds !== undefined) return seconds * 1_000;
  throw new CommandError(EXIT.usage, 'invalid_timeout', `--lock-timeout "${text}" is no duration such as 30s or 5m`);
}

/** What somebody who finds the collection held gets to see: where to look. */
function holderOf(env: Io['env']): string {
  const holder = jobLink(env) ?? `${hostname()}, process ${process.pid}`;
  return holder.replaceAll(/[^ -~]/g, '?').slice(0, 200);
}
