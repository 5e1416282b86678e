import { PersistenceError, translateError } from '../errors.ts';
import { together, togetherOrAlone } from './together.ts';

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

it('takes along what comes in one turn of the event loop, where it is told to', async () => {
  const goes: number[] = [];
  const ask = together<string, string>({ most: 3, mostWaiting: 50, endsTurn: true }, async (_key, items) => {
    goes.push(items.length);
    return items;
  });
  await Promise.all(['1', '2', '3', '4'].map((item) => ask('a', item)));
  expect(goes).toEqual([3, 1]);
});

describe('together or alone', () => {
  /** The first go runs until `end`; what comes meanwhile goes together. */
  function gathered(fail?: (items: readonly string[]) => unknown) {
    const goes: string[] = [];
    let end = () => {};
    const held = new Promise<void>((resolve) => (end = resolve));
    const ask = togetherOrAlone<string, string>({ most: 16, mostWaiting: 50 }, async (items, alone) => {
      goes.push(`${items.join(' ')}${alone ? ' alone' : ''}`);
      if (items.includes('first')) await held;
      const error = fail?.(items);
      if (error !== undefined) throw error;
      return items.map((item) => (item === 'busy' && !alone ? undefined : `did ${item}`));
    });
    const all = Promise.allSettled(['first', 'a', 'busy', 'b'].map((item) => ask('key', item)));
    end();
    const results = all.then((each) =>
      each.map((one) => (one.status === 'fulfilled' ? one.value : String(one.reason))),
    );
    return { goes, results };
  }

  it('does alone whom the work passed over', async () => {
    const { goes, results } = gathered();
    expect(await results).toEqual(['did first', 'did a', 'did busy', 'did b']);
    expect(goes).toEqual(['first', 'a busy b', 'busy alone']);
  });

  it('does each alone when one of them made the work fail, which fails by itself', async () => {
    const { goes, results } = gathered((items) => (items.includes('b') ? new Error('b is bad') : undefined));
    expect(await results).toEqual(['did first', 'did a', 'did busy', 'Error: b is bad']);
    expect(goes).toEqual(['first', 'a busy b', 'a alone', 'busy alone', 'b alone']);
  });

  it.each(['55P03', '40P01', '40001'])('does each alone when one came upon what others hold (%s)', async (code) => {
    const busy = translateError(Object.assign(new Error('not now'), { code }));
    const { goes, results } = gathered((items) => (items.includes('b') ? busy : undefined));
    expect((await results).slice(0, 3)).toEqual(['did first', 'did a', 'did busy']);
    expect(await results).toContainEqual(expect.stringContaining('PostgreSQL cannot be reached or is too busy'));
    expect(goes).toEqual(['first', 'a busy b', 'a alone', 'busy alone', 'b alone']);
  });

  it('fails for all when it would for each, and asks no second time', async () => {
    const away = new PersistenceError('database_unavailable', 'away');
    const { goes, results } = gathered((items) => (items.includes('b') ? away : undefined));
    expect(await results).toEqual(['did first', ...Array<string>(3).fill('PersistenceError: away')]);
    expect(goes).toEqual(['first', 'a busy b']);
  });
});
