import { API_VERSION } from '@rolecall/org-config';
import type { PlatformDocument } from '@rolecall/org-config';
import { connected, NOW, useTestDatabase } from '../testing/fixture.ts';
import { workloadToken } from '../testing/workload-token.ts';

const test = useTestDatabase();
const exchange = (platformRevision = 1) =>
  test.current.database.workloadTokens.exchange({ ...workloadToken(NOW), platformRevision });
const document: PlatformDocument = {
  apiVersion: API_VERSION,
  kind: 'Platform',
  metadata: { name: 'platform' },
  spec: {},
};
const version = (digest: string) => ({ collection: 'default', document, digest, origin: { actor: 'ci' } });
const store = () => test.current.database.reconcileState({ actor: 'ci', now: NOW });

/** Until a connection of the database waits for a lock. */
async function somebodyWaits(): Promise<void> {
  await connected(test.current.ownerUrl, async (owner) => {
    for (const until = Date.now() + 10_000; Date.now() < until;) {
      const { rows } = await owner.query<{ waiting: number }>(
        `select count(*)::integer as waiting from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      );
      if (rows[0]!.waiting > 0) return;
    }
    throw new Error('nobody waits');
  });
}

it('gives nothing by a document that is not there, or not live any more', async () => {
  expect(await exchange()).toBe('trust_moved');
  await store().transaction('commit', (state) => state.platform.save(0, version('a')));
  expect(await exchange()).toMatchObject({ token: expect.stringMatching(/^rct_/) });
  await store().transaction('commit', (state) => state.platform.save(1, version('b')));
  expect(await exchange()).toBe('trust_moved');
});

it('gives nothing behind the back of an apply that takes the trust back', async () => {
  let behind: ReturnType<typeof exchange> | undefined;
  await store().transaction('commit', async (state) => {
    await state.platform.workloadTokens();
    behind = exchange(2);
    await somebodyWaits();
    await state.platform.save(2, version('c'));
  });
  expect(await behind).toBe('trust_moved');
});
