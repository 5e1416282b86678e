/// <reference types="jest" />
import { documentDigest } from '@rolecall/org-config';
import { document, revision } from './store-under-test.ts';
import type { StoreUnderTest } from './store-under-test.ts';

/** What was declared, beside what is live. */
export function declarationContract(under: StoreUnderTest): void {
  const { commit, read, create, head } = under;

  it('keeps what was declared apart from what is live', async () => {
    const [declared, live, again] = ['one', 'two', 'three'].map((displayName) => document('acme', { displayName }));
    const { id } = await create(declared!);
    const declaration = () => read((state) => state.declaration(id));
    expect(await declaration()).toEqual({ document: declared, origin: { actor: 'ci' } });
    await commit((state) => state.addRevision(id, 1, revision(live!)));
    expect(await declaration()).toMatchObject({ document: declared });
    expect(await head('acme')).toMatchObject({
      digest: documentDigest(live!),
      appliedDigest: documentDigest(declared!),
    });

    const origin = { actor: 'ci', commit: 'abc', lines: { '/spec/displayName': 7 } };
    const wanted = { document: again!, digest: documentDigest(again!), origin };
    await commit((state) => state.declare(id, wanted));
    expect(await declaration()).toEqual({ document: again, origin });
    expect(await head('acme')).toMatchObject({ revision: 2, appliedDigest: wanted.digest });
    // what is live is declared, and then is live no more
    await commit((state) => state.declare(id, { document: live!, digest: documentDigest(live!), origin }));
    await commit((state) => state.addRevision(id, 2, revision(again!)));
    expect(await declaration()).toEqual({ document: live, origin });
    await commit((state) => state.release(id));
    expect(await declaration()).toBeUndefined();
    expect((await head('acme'))?.appliedDigest).toBeUndefined();
  });

  it('knows which live documents deviate, and counts them for their collection', async () => {
    const made = await create(document('acme'));
    await create(document('globex'));
    const counted = async () => (await read((state) => state.collection('default'))).deviating;
    expect(await counted()).toBe(0);
    const deviation = { driftsAt: new Date('2026-11-02T00:00:00Z'), unmanaged: 0 };
    await commit((state) => state.deviate(made.id, deviation));
    expect(await head('acme')).toMatchObject({ deviation });
    expect(await counted()).toBe(1);
    await commit((state) => state.deviate(made.id, { unmanaged: 2 }));
    expect((await head('acme'))?.deviation).toEqual({ unmanaged: 2 });
    const declared = {
      document: document('acme'),
      digest: documentDigest(document('acme')),
      origin: { actor: 'ci' },
    };
    await commit((state) => state.declare(made.id, declared, deviation));
    expect(await head('acme')).toMatchObject({ deviation });
    await commit((state) => state.declare(made.id, declared));
    expect((await head('acme'))?.deviation).toBeUndefined();
    await commit((state) => state.deviate(made.id, deviation));
    await commit((state) => state.release(made.id));
    expect((await head('acme'))?.deviation).toBeUndefined();
    expect(await counted()).toBe(0);
  });

  it('has exactly the overrides that were set, organization by organization, until it is released', async () => {
    const [acme, globex] = [await create(document('acme')), await create(document('globex'))];
    const at = new Date('2026-11-01T12:00:00Z');
    const override = (path: string, reason: string) => {
      return { path, by: 'ops', reason, at, expires: new Date('2026-11-03T12:00:00Z') };
    };
    const of = (id: string) => read((state) => state.overrides(id));
    await commit((state) => state.replaceOverrides(acme.id, [override('/spec/b', 'one'), override('/spec/a', 'two')]));
    expect(await of(acme.id)).toEqual([override('/spec/a', 'two'), override('/spec/b', 'one')]);
    expect(await of(globex.id)).toEqual([]);
    await commit((state) => state.replaceOverrides(acme.id, [override('/spec/b', 'three')]));
    expect(await of(acme.id)).toEqual([override('/spec/b', 'three')]);
    const kept = [
      { ...override('/spec/b', 'four'), former: { at: '/spec/b' } },
      { ...override('/spec/c/url', 'five'), former: { at: '/spec/c', value: { url: 'x', list: [1, null] } } },
      { ...override('/spec/d', 'six'), stays: 'pending' },
    ];
    await commit((state) => state.replaceOverrides(acme.id, kept));
    expect(await of(acme.id)).toEqual(kept);
    await commit((state) => state.replaceOverrides(acme.id, [override('/spec/b', 'three')]));
    expect(await of(acme.id)).toEqual([override('/spec/b', 'three')]);
    await commit((state) => state.release(acme.id));
    expect(await of(acme.id)).toEqual([]);
  });
}
