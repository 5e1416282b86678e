import { documentDigest } from '@rolecall/org-config';
import type { NewRevision } from '@rolecall/reconcile';
import { connected, document, NOW, useTestDatabase } from '../testing/fixture.ts';
import { seedOrganization } from '../testing/index.ts';

const test = useTestDatabase();
const SHARED = 'https://shared.example';

/** The organization with an application at this origin. */
function declaring(name: string): NewRevision {
  const wanted = document(name, { applications: { wiki: { type: 'forward-auth', origins: [SHARED] } } });
  return { document: wanted, digest: documentDigest(wanted), origin: { actor: 'ci' }, identityProviders: {} };
}

it('who declares an origin at the same moment as another organization knows of it', async () => {
  const { database } = test.current;
  const [first, second] = [
    await seedOrganization(database, document('first', {}), {}),
    await seedOrganization(database, document('second', {}), {}),
  ];
  const store = database.reconcileState({ actor: 'ci', now: NOW });
  let others: unknown;
  await store.transaction('commit', async (state) => {
    await state.addRevision(first.id, 1, declaring('first'));
    others = store.transaction('commit', async (beside) => {
      await beside.addRevision(second.id, 1, declaring('second'));
      return beside.signIns.originsOfOthers(second.id, [SHARED]);
    });
    await untilWaiting();
  });
  expect(await others).toEqual([{ origin: SHARED, organizations: 1 }]);
});

/** Resolves when a statement of this database waits for a lock. */
async function untilWaiting(): Promise<void> {
  const asked = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  await connected(test.current.ownerUrl, async (owner) => {
    while ((await owner.query(asked)).rowCount === 0);
  });
}
