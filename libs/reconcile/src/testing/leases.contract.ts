/// <reference types="jest" />
import { apply } from '../apply.ts';
import { LEASE_TTL_MS } from '../collection/leases.ts';
import type { HeldLease, LeaseStore } from '../collection/leases.ts';
import type { ReconcileRequest } from '../request.ts';
import type { StateStore } from '../state-store.ts';

/** A store of leases under test, with the store that looks at them. Each test makes a new, empty one. */
export interface LeaseHarness {
  readonly leases: LeaseStore;
  readonly store: StateStore;
  close(): Promise<void>;
}

const NOW = new Date('2026-11-22T10:00:00Z');
const after = (ms: number) => new Date(NOW.getTime() + ms);
const CI = { holder: 'https://ci.example/jobs/1', token: 'ci' };
const OTHER = { holder: 'laptop', token: 'somebody' };

const REQUEST: ReconcileRequest = {
  collection: 'default',
  organizations: [],
  unchangedFiles: [],
  files: [{ path: 'none.yaml', digest: '0'.repeat(64), organizations: [] }],
  prune: false,
  origin: { actor: 'ci' },
};

/** What every LeaseStore does, in memory and on PostgreSQL, and what an apply makes of it. */
export function leaseContract(name: string, make: () => Promise<LeaseHarness>): void {
  describe(`lease contract: ${name}`, () => {
    let harness: LeaseHarness;
    let leases: LeaseStore;
    beforeEach(async () => {
      harness = await make();
      leases = harness.leases;
    });
    afterEach(() => harness.close());
    const applied = (lease: HeldLease | undefined, now = NOW) =>
      harness.store.transaction('commit', (state) =>
        apply(state, REQUEST, { actor: 'ci', ...(lease === undefined ? {} : { lease }) }, now),
      );

    it('remembers what the applies of one lease did, and forgets it with the lease', async () => {
      const done = () => harness.store.transaction('rollback', async (state) => (await state.lease('default'))?.done);
      const count = (fencing: number) =>
        harness.store.transaction('commit', (state) =>
          state.countUnderLease('default', fencing, { deletes: 1, affected: 20 }),
        );
      const { fencing } = await leases.take('default', CI, NOW);
      expect(await done()).toEqual({ deletes: 0, affected: 0 });
      await count(fencing);
      await count(fencing);
      await count(fencing + 1);
      expect(await done()).toEqual({ deletes: 2, affected: 40 });
      await leases.end('default', undefined);
      await leases.take('default', OTHER, NOW);
      expect(await done()).toEqual({ deletes: 0, affected: 0 });
    });

    it('gives a collection to one holder at a time', async () => {
      const lease = await leases.take('default', CI, NOW);
      expect(lease).toEqual({
        collection: 'default',
        fencing: 1,
        secret: expect.stringMatching(/^[\w-]{22}$/),
        ...CI,
        takenAt: NOW,
        expiresAt: after(LEASE_TTL_MS),
      });
      await expect(leases.take('default', OTHER, after(LEASE_TTL_MS - 1))).rejects.toMatchObject({
        code: 'lease_held',
        message: expect.stringContaining('https://ci.example/jobs/1 (token "ci") until 2026-11-22T10:01:00.000Z'),
      });
      expect(await leases.take('another', OTHER, NOW)).toMatchObject({ fencing: 1, holder: 'laptop' });
    });

    it('of many who want it at the same moment, one has it', async () => {
      const all = await Promise.allSettled(Array.from({ length: 8 }, () => leases.take('default', CI, NOW)));
      expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    });

    it('lasts as long as its holder says that it lives', async () => {
      const held = await leases.take('default', CI, NOW);
      const renewed = await leases.renew('default', held, after(50_000));
      expect(renewed).not.toHaveProperty('secret');
      expect(renewed).toMatchObject({ fencing: held.fencing, takenAt: NOW, expiresAt: after(50_000 + LEASE_TTL_MS) });
      await expect(leases.take('default', OTHER, after(100_000))).rejects.toMatchObject({ code: 'lease_held' });
      expect(await leases.take('default', OTHER, after(50_000 + LEASE_TTL_MS))).toMatchObject({ fencing: 2 });
      await expect(leases.renew('default', held, after(50_000))).rejects.toMatchObject({ code: 'lease_lost' });
    });

    it('comes back to a holder that was away, while nobody else took it', async () => {
      const held = await leases.take('default', CI, NOW);
      expect(await leases.renew('default', held, after(90_000))).toMatchObject({ fencing: held.fencing });
    });

    it('is nobody’s who only knows its number', async () => {
      const { fencing, secret } = await leases.take('default', CI, NOW);
      const another = await leases.take('another', OTHER, NOW);
      for (const guessed of [another.secret, '', secret.slice(1), `${secret}x`]) {
        const held = { fencing, secret: guessed };
        await expect(leases.renew('default', held, after(1))).rejects.toMatchObject({ code: 'lease_lost' });
        expect(await leases.end('default', held)).toBeUndefined();
        await expect(applied(held)).rejects.toMatchObject({ code: 'lease_lost' });
      }
      await expect(applied({ fencing, secret })).resolves.toMatchObject({ applied: [] });
    });

    it('is ended by its holder, or by somebody who says so; never by a former one', async () => {
      const first = await leases.take('default', CI, NOW);
      const { secret: _first, ...shownFirst } = first;
      expect(await leases.end('default', first)).toEqual(shownFirst);
      expect(await leases.end('default', first)).toBeUndefined();
      const second = await leases.take('default', OTHER, NOW);
      expect(second.fencing).toBe(2);
      expect(await leases.end('default', first)).toBeUndefined();
      const { secret: _second, ...shownSecond } = second;
      expect(await leases.end('default', undefined)).toEqual(shownSecond);
      await expect(leases.renew('default', second, NOW)).rejects.toMatchObject({ code: 'lease_lost' });
      expect(await leases.end('nothing', undefined)).toBeUndefined();
    });

    it('lets its holder apply, and nobody else', async () => {
      await expect(applied(undefined)).resolves.toMatchObject({ applied: [] });
      const held = await leases.take('default', CI, NOW);
      await expect(applied(held)).resolves.toMatchObject({ applied: [] });
      await expect(applied(undefined)).rejects.toMatchObject({ code: 'lease_held' });
      await expect(applied(undefined, after(LEASE_TTL_MS))).resolves.toMatchObject({ applied: [] });
      const next = await leases.take('default', OTHER, after(LEASE_TTL_MS));
      await expect(applied(held)).rejects.toMatchObject({ code: 'lease_lost' });
      await leases.end('default', undefined);
      await expect(applied(next)).rejects.toMatchObject({ code: 'lease_lost' });
    });

    it('that is lost while the apply is under way leaves nothing of it', async () => {
      const lease = await leases.take('default', CI, NOW);
      const late = harness.store.transaction('commit', async (state) => {
        const saveFileDigests = state.saveFileDigests.bind(state);
        state.saveFileDigests = async (...parameters) => {
          await saveFileDigests(...parameters);
          await leases.end('default', undefined);
        };
        return apply(state, REQUEST, { actor: 'ci', lease }, NOW);
      });
      await expect(late).rejects.toMatchObject({ code: 'lease_lost' });
      const state = await harness.store.transaction('rollback', (left) => left.collection('default'));
      expect(state).not.toHaveProperty('rootDigest');
    });
  });
}
