import { turns } from './turns.ts';

it('lets so many of one key run at once, in their order, and others at any time', async () => {
  const inTurn = turns(2, 50);
  const started: string[] = [];
  const ends: (() => void)[] = [];
  const work = (key: string, name: string) =>
    inTurn(key, async () => {
      started.push(name);
      await new Promise<void>((resolve) => ends.push(resolve));
      if (name === 'a1') throw new Error('it failed');
    });
  const all = [work('a', 'a1'), work('a', 'a2'), work('a', 'a3'), work('a', 'a4'), work('b', 'b1')];
  const settled = Promise.allSettled(all);
  expect(started).toEqual(['a1', 'a2', 'b1']);
  ends.shift()?.();
  await expect(all[0]).rejects.toThrow('it failed');
  expect(started).toEqual(['a1', 'a2', 'b1', 'a3']);
  while (ends.length > 0) {
    ends.shift()?.();
    await new Promise(setImmediate);
  }
  await settled;
  expect(started).toEqual(['a1', 'a2', 'b1', 'a3', 'a4']);
});

it('refuses what comes when too much of the key waits, and takes it again later', async () => {
  const inTurn = turns(1, 2);
  const ends: (() => void)[] = [];
  const work = (key: string) => inTurn(key, () => new Promise<void>((resolve) => ends.push(resolve)));
  const all = [work('a'), work('a'), work('a')];
  await expect(work('a')).rejects.toMatchObject({ code: 'database_unavailable' });
  all.push(work('b'));
  const end = async () => {
    ends.shift()?.();
    await new Promise(setImmediate);
  };
  await end();
  all.push(work('a'));
  while (ends.length > 0) await end();
  await Promise.all(all);
});
