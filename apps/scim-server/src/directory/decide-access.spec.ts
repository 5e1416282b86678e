import { PersistenceError } from '@rolecall/persistence';
import type { Call } from './call.ts';
import { withLiveRules } from './decide-access.ts';
import type { DirectoryOrganization } from './organization.ts';

const organizationAt = (revision: number) => ({ snapshot: { revision } }) as DirectoryOrganization;

/** A call that began at revision 1, and reads one that is newer each time. */
function begun(): Call {
  let revision = 1;
  const anew = () => Promise.resolve(organizationAt(++revision));
  return { organization: organizationAt(revision), actor: { at: new Date(0) }, anew } as unknown as Call;
}

const stale = () => new PersistenceError('stale_revision', 'the rules were replaced');

it('decides anew with the rules that replaced those of the first decision', async () => {
  const decidedAt: number[] = [];
  const live = await withLiveRules(begun(), async (_decide, { snapshot }) => {
    decidedAt.push(snapshot.revision);
    if (snapshot.revision < 3) throw stale();
    return snapshot.revision;
  });
  expect([live, decidedAt]).toEqual([3, [1, 2, 3]]);
});

it('gives up when applies overtake it again and again, and passes other errors on', async () => {
  let tries = 0;
  const never = withLiveRules(begun(), async () => {
    tries++;
    throw stale();
  });
  await expect(never).rejects.toMatchObject({ code: 'stale_revision' });
  expect(tries).toBe(5);
  await expect(withLiveRules(begun(), () => Promise.reject(new Error('other')))).rejects.toThrow('other');
});
