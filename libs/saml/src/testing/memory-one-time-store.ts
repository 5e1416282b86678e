import type { VerifiedAssertion } from '../assertion.ts';
import type { Acceptance, OneTimeStore } from '../one-time-store.ts';
import type { PendingRequest } from './one-time-store-contract.ts';

/** TEST ONLY. A OneTimeStore in one process's memory; it keeps everything and so never forgets a replay. */
export class MemoryOneTimeStore implements OneTimeStore {
  private readonly pending = new Map<string, Date>();
  private readonly used = new Set<string>();

  /** Remembers a request that was sent. */
  async begin({ connectionId, requestId, expiresAt }: PendingRequest): Promise<void> {
    this.pending.set(key(connectionId, requestId), expiresAt);
  }

  async accept({ connectionId, assertionId, inResponseTo }: VerifiedAssertion, now: Date): Promise<Acceptance> {
    const assertion = key(connectionId, assertionId);
    if (this.used.has(assertion)) return 'replayed_assertion';
    if (inResponseTo !== undefined) {
      const request = key(connectionId, inResponseTo);
      const expiresAt = this.pending.get(request);
      if (expiresAt === undefined || expiresAt <= now) return 'unknown_request';
      this.pending.delete(request);
    }
    this.used.add(assertion);
    return 'accepted';
  }
}

function key(connectionId: string, id: string): string {
  return JSON.stringify([connectionId, id]);
}
