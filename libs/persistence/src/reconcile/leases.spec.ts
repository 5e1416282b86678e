import { leaseContract } from '@rolecall/reconcile/testing';
import { testDatabase } from '../testing/index.ts';

leaseContract('postgresql', async () => {
  const { database, drop } = await testDatabase();
  const store = database.reconcileState({ actor: 'ci', now: new Date('2026-11-22T10:00:00Z') });
  return { leases: database.leases, store, close: drop };
});
