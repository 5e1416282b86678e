import { randomUUID } from 'node:crypto';
import { onceContract } from '@rolecall/reconcile/testing';
import { testDatabase } from '../testing/index.ts';

const NOW = new Date('2026-11-22T10:00:00Z');
const hoursLater = (hours: number) => new Date(NOW.getTime() + hours * 3_600_000);

onceContract('postgresql', async () => {
  const { database, drop } = await testDatabase();
  const store = database.reconcileState({ actor: 'ci', now: NOW });
  return { store, savePlan: (plan) => database.collections.savePlan(plan), close: drop };
});

it('forgets saved plans when their time is over, and results of applies a day later', async () => {
  const { database, drop } = await testDatabase();
  const store = database.reconcileState({ actor: 'ci', now: NOW });
  const [planId, applyId] = [randomUUID(), randomUUID()];
  const common = { collection: 'default', fingerprint: 'sha256:0' };
  await database.collections.savePlan({ id: planId, ...common, base: '', expiresAt: hoursLater(24 * 7) });
  const summary = { create: 0, update: 0, rename: 0, delete: 0, release: 0, adopt: 0, unchanged: 0 };
  const result = { id: applyId, actor: 'ci', ...common, summary, applied: [{ organization: 'acme', revision: 1 }] };
  await store.transaction('commit', (state) => state.keepApplyResult(result, NOW));
  const left = () =>
    store.transaction('rollback', async (state) => ({
      plan: (await state.savedPlan(planId)) !== undefined,
      result: await state.applyResult(applyId),
    }));
  expect((await database.purgeExpired(hoursLater(23))).once).toBe(0);
  expect(await left()).toEqual({ plan: true, result });
  expect((await database.purgeExpired(hoursLater(24))).once).toBe(1);
  expect(await left()).toEqual({ plan: true, result: undefined });
  expect((await database.purgeExpired(hoursLater(24 * 7))).once).toBe(1);
  expect(await left()).toEqual({ plan: false, result: undefined });
  await drop();
});
