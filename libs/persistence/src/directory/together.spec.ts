import { together } from './together.ts';

/** Work that ends when `end` says so, with what was asked in each go. */
function gathered(most: number, mostWaiting: number) {
  const goes: string[] = [];
  const ends: (() => void)[] = [];
  const ask = together<string, string>({ most, mostWaiting }, async (key, items) => {
    goes.push(`${key}: ${items.join(' ')}`);
    await new Promise<void>((resolve) => ends.push(resolve));
    if (items.includes('bad')) throw new Error('it failed');
    return items.map((item) => `did ${item}`);
  });
  const end = async () => {
    ends.shift()?.();
    await new Promise(setImmediate);
  };
  return { goes, ask, end };
}

it('does what comes meanwhile in one go, so much of it at most, and each gets its own result', async () => {
  const { goes, ask, end } = gathered(3, 50);
  const all = ['1', '2', '3', '4', '5'].map((item) => ask('a', item));
  const other = ask('b', '6');
  expect(goes).toEqual(['a: 1', 'b: 6']);
  await end();
  expect(goes).toEqual(['a: 1', 'b: 6', 'a: 2 3 4']);
  all.push(ask('a', '7'));
  for (let go = 0; go < 3; go += 1) await end();
  expect(goes.slice(3)).toEqual(['a: 5 7']);
  expect(await Promise.all([...all, other])).toEqual(['1', '2', '3', '4', '5', '7', '6'].map((item) => `did ${item}`));
  const again = ask('a', '8');
  expect(goes.at(-1)).toBe('a: 8');
  await end();
  expect(await again).toBe('did 8');
});

it('fails for all that go together, and for nobody else', async () => {
  const { ask, end } = gathered(2, 50);
  const all = Promise.allSettled(['1', '2', 'bad', '3'].map((item) => ask('a', item)));
  for (let go = 0; go < 3; go += 1) await end();
  expect((await all).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
});

it('refuses what comes when too much of the key waits, and takes it again later', async () => {
  const { ask, end } = gathered(2, 2);
  const all = ['1', '2', '3'].map((item) => ask('a', item));
  await expect(ask('a', '4')).rejects.toMatchObject({ code: 'database_unavailable' });
  await end();
  all.push(ask('a', '5'));
  for (let go = 0; go < 2; go += 1) await end();
  expect(await Promise.all(all)).toHaveLength(4);
});
