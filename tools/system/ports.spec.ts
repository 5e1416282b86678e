import { freeBase, freePort, portsFrom } from './ports.ts';

const own = process.env['JEST_WORKER_ID'];
afterEach(() => void (process.env['JEST_WORKER_ID'] = own));

it('are never those of another worker of the tests', async () => {
  const ranges: { readonly first: number; readonly last: number }[] = [];
  for (const worker of ['1', '2']) {
    process.env['JEST_WORKER_ID'] = worker;
    const drawn: number[] = [];
    for (let n = 0; n < 20; n += 1) drawn.push(await freePort(), ...Object.values(portsFrom(await freeBase())));
    ranges.push({ first: Math.min(...drawn), last: Math.max(...drawn) });
  }
  const [one, two] = ranges;
  expect(one!.last).toBeLessThan(two!.first);
});
