/// <reference types="jest" />
import { documentDigest } from '@rolecall/org-config';
import { rootDigestOf } from '../../collection/root-digest.ts';
import { document, revision, OKTA } from './store-under-test.ts';
import type { StoreUnderTest } from './store-under-test.ts';

/** Organizations and their revisions. */
export function organizationContract(under: StoreUnderTest): void {
  const { commit, read, create, head } = under;

  it('has a created organization with its document', async () => {
    const made = await create(document('acme', OKTA));
    expect(made).toMatchObject({ name: 'acme', collection: 'default', revision: 1, deletionPolicy: 'retain' });
    expect(await head('acme')).toEqual(made);
    expect(await read((state) => state.document(made.id))).toEqual(document('acme', OKTA));
  });

  it('keeps nothing of a plan', async () => {
    await under.harness.store.transaction('rollback', (state) =>
      state.create({ collection: 'default', name: 'acme', revision: revision(document('acme')) }),
    );
    expect(await head('acme')).toBeUndefined();
  });

  it('keeps nothing of an apply that fails', async () => {
    const failing = commit(async (state) => {
      await state.create({ collection: 'default', name: 'acme', revision: revision(document('acme')) });
      throw new Error('stop');
    });
    await expect(failing).rejects.toThrow('stop');
    expect(await head('acme')).toBeUndefined();
  });

  it('finds the heads of the names and of all that the collection owns', async () => {
    await create(document('acme'));
    await create(document('globex'), 'other');
    await create(document('initech'), 'other');
    const heads = await read((state) => state.heads('default', ['globex', 'unknown']));
    expect([...heads.keys()].sort()).toEqual(['acme', 'globex']);
    expect(heads.get('globex')?.collection).toBe('other');
  });

  it('adds a revision only to the one that it was made for', async () => {
    const made = await create(document('acme'));
    const changed = document('acme', { displayName: 'Acme' });
    const next = await commit((state) => state.addRevision(made.id, 1, revision(changed)));
    expect(next).toMatchObject({ revision: 2, digest: documentDigest(changed) });
    const late = commit((state) => state.addRevision(made.id, 1, revision(document('acme'))));
    await expect(late).rejects.toMatchObject({ code: 'revision_moved', expected: 1, actual: 2 });
    expect(await read((state) => state.document(made.id))).toEqual(changed);
  });

  it('stores the deletion policy of the last revision', async () => {
    const made = await create(document('acme'));
    const wanted = { ...document('acme'), metadata: { name: 'acme', deletionPolicy: 'delete' as const } };
    await commit((state) => state.addRevision(made.id, 1, revision(wanted)));
    expect((await head('acme'))?.deletionPolicy).toBe('delete');
  });

  it('renames, releases and deletes', async () => {
    const made = await create(document('acme'));
    await commit(async (state) => {
      await state.rename(made.id, 'acme-inc');
      await state.addRevision(made.id, 1, revision(document('acme-inc')));
      await state.audit(made.id, { type: 'organization.renamed', data: { from: 'acme', to: 'acme-inc' } });
    });
    expect((await head('acme-inc'))?.id).toBe(made.id);
    await commit((state) => state.release(made.id));
    expect((await head('acme-inc'))?.collection).toBeUndefined();
    await commit((state) => state.delete(made.id));
    expect(await head('acme-inc')).toBeUndefined();
  });

  it('adopts what nobody owns, and nothing else', async () => {
    const made = await create(document('acme'));
    await commit(async (state) => {
      await state.collection('mergers');
      await state.adopt(made.id, 'mergers');
    });
    expect((await head('acme'))?.collection).toBe('default');
    await commit((state) => state.release(made.id));
    await commit(async (state) => {
      const { generation } = await state.collection('mergers');
      await state.adopt(made.id, 'mergers');
      await state.saveFileDigests('mergers', []);
      expect(generation).toBe(0);
    });
    expect(await head('acme')).toMatchObject({ id: made.id, revision: 1, collection: 'mergers' });
    expect((await read((state) => state.collection('mergers'))).generation).toBe(1);
  });

  it('runs two applies on one collection one after the other', async () => {
    const made = await create(document('acme'));
    const attempt = (displayName: string) =>
      commit(async (state) => {
        await state.collection('default');
        const current = (await state.heads('default', ['acme'])).get('acme');
        return state.addRevision(made.id, current?.revision ?? 0, revision(document('acme', { displayName })));
      });
    const heads = await Promise.all([attempt('one'), attempt('two')]);
    expect(heads.map((one) => one.revision).sort((a, b) => a - b)).toEqual([2, 3]);
  });

  it('answers with the root digest of the last apply and counts the ones that changed something', async () => {
    expect(await read((state) => state.collection('default'))).toEqual({
      name: 'default',
      generation: 0,
      deviating: 0,
    });
    const files = [{ path: 'acme.yaml', digest: 'aa', organizations: ['acme'] }];
    await commit(async (state) => {
      await state.collection('default');
      await state.create({ collection: 'default', name: 'acme', revision: revision(document('acme')) });
      await state.saveFileDigests('default', files);
    });
    const first = await read((state) => state.collection('default'));
    expect(first).toEqual({ name: 'default', generation: 1, deviating: 0, rootDigest: rootDigestOf(files) });
    expect(await read((state) => state.fileDigests('default'))).toEqual(files);
    await commit((state) => state.saveFileDigests('default', [{ ...files[0]!, digest: 'bb' }]));
    const second = await read((state) => state.collection('default'));
    expect(second.generation).toBe(1);
    expect(second.rootDigest).not.toBe(first.rootDigest);
  });
}
