import { costOfBodies, LIMITED, MOST_CPU_MS } from '../bench/flood.ts';
import { type Flood, flood } from '../bench/flood-load.ts';
import { type BenchGateway, startGateway } from '../bench/gateway.ts';

/** A short one; `npm run bench -- flood` measures a minute of it. */
const FLOOD = { seconds: 8, hostilePerSecond: 200, loginsPerSecond: 20 };
const LONG = 180_000;

/** What a machine that is busy with other suites still does. */
const FEWEST = { hostile: 100, logins: 5 };

/** Bodies come and go; what stays would be a multiple of this after eight seconds. */
const MOST_GROWTH_MIB = 250;

async function withGateway<T>(env: Readonly<Record<string, string>>, work: (gateway: BenchGateway) => Promise<T>) {
  const gateway = await startGateway({ env });
  try {
    return await work(gateway);
  } finally {
    await gateway.stop();
  }
}

function expectUnharmed({ hostile, notRefused, logins, failures, residentMiB }: Flood): void {
  expect(failures).toEqual([]);
  expect(notRefused).toEqual([]);
  expect([...hostile.values()].reduce((sum, count) => sum + count, 0)).toBeGreaterThan(FEWEST.hostile);
  expect(logins).toBeGreaterThan(FEWEST.logins);
  expect((residentMiB.at(-1) ?? 0) - (residentMiB[0] ?? 0)).toBeLessThan(MOST_GROWTH_MIB);
}

describe('a flood of hostile posts at an ACS (rule G15)', () => {
  test(
    'lets every honest login through while every body is looked at',
    () =>
      withGateway({}, async (gateway) => {
        const result = await flood(gateway, FLOOD);
        expectUnharmed(result);
        expect(result.hostile.get(429)).toBeUndefined();
      }),
    LONG,
  );

  test(
    'is turned away by the limit of its connection, and honest logins there are not',
    () =>
      withGateway(LIMITED, async (gateway) => {
        const result = await flood(gateway, FLOOD);
        expectUnharmed(result);
        expect(result.hostile.get(429) ?? 0).toBeGreaterThan(FEWEST.hostile / 2);
      }),
    LONG,
  );

  test(
    `costs less than ${MOST_CPU_MS} ms of CPU a body, whatever is in it`,
    () =>
      withGateway({}, async (gateway) => {
        const least = new Map(await costOfBodies(gateway, 20));
        expect(least.size).toBeGreaterThan(10);
        const tooMuch = () => [...least].filter(([, cpuMs]) => cpuMs >= MOST_CPU_MS);
        // what else the machine does can only add to a measurement, so the least of a few is the cost
        for (let again = 0; again < 3 && tooMuch().length > 0; again++)
          for (const [body, cpuMs] of await costOfBodies(gateway, 20))
            least.set(body, Math.min(cpuMs, least.get(body) ?? cpuMs));
        expect(tooMuch()).toEqual([]);
      }),
    LONG,
  );
});
