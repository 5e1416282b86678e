// (e) A minute of hostile posts at one ACS beside honest logins, without rate limits and with them (rule G15).
import { Pool } from 'undici';
import { type Flood, flood, postHostile } from './flood-load.ts';
import { type BenchGateway, IDENTITY_PROVIDER, ORGANIZATION, startGateway } from './gateway.ts';
import { hostileBodies } from './hostile-bodies.ts';
import { load, ms, pin, quantile, table } from './measure.ts';
import { connectionOf } from './saml-connection.ts';

const FLOOD = { seconds: 60, hostilePerSecond: 200, loginsPerSecond: 20 };
const POSTS_PER_BODY = 100;

/** Everybody comes through a proxy that is believed, so the limits of clients do not end the flood at once. */
export const LIMITED = {
  ROLECALL_RATE_LIMITS: 'start=100000',
  ROLECALL_TRUSTED_PROXIES: '127.0.0.1,::1',
};

/** Target: a hostile body is refused in less than this, milliseconds of CPU. */
export const MOST_CPU_MS = 10;

/** CPU of the gateway's process for one post of each hostile body, milliseconds. */
export async function costOfBodies(gateway: BenchGateway, posts: number): Promise<ReadonlyMap<string, number>> {
  const connection = connectionOf(gateway.idp, gateway.url, ORGANIZATION, IDENTITY_PROVIDER);
  const pool = new Pool(gateway.url, { connections: 1 });
  const costs = new Map<string, number>();
  for (const [name, body] of hostileBodies(gateway.idp, connection)) {
    for (let warm = 0; warm < 5; warm++) await postHostile(pool, body, '198.18.0.1');
    const { cpuMs } = await load(gateway.pid, posts, 1, async () => void (await postHostile(pool, body, '198.18.0.1')));
    costs.set(name, cpuMs);
  }
  await pool.close();
  return costs;
}

async function flooded(env: Readonly<Record<string, string>>): Promise<Flood> {
  const gateway = await startGateway({ env });
  try {
    return await flood(gateway, FLOOD);
  } finally {
    await gateway.stop();
  }
}

async function costs(): Promise<ReadonlyMap<string, number>> {
  const gateway = await startGateway();
  try {
    return await costOfBodies(gateway, POSTS_PER_BODY);
  } finally {
    await gateway.stop();
  }
}

export async function run(): Promise<string> {
  pin(process.pid, 1);
  const bodies = await costs();
  const without = await flooded({});
  const limited = await flooded(LIMITED);
  return section(bodies, [
    ['every body is looked at (limits off)', without],
    ['with the default limit of the connection', limited],
  ]);
}

function section(bodies: ReadonlyMap<string, number>, floods: readonly (readonly [string, Flood])[]): string {
  const { seconds, hostilePerSecond, loginsPerSecond } = FLOOD;
  const rows = [...bodies].sort(([, a], [, b]) => b - a);
  const dearest = rows[0]?.[1] ?? Number.NaN;
  return [
    '## A flood at the assertion consumer service',
    '',
    `${hostilePerSecond} hostile posts of 100 kB a second beside ${loginsPerSecond} logins a second, ${seconds} s, one gateway process; the`,
    'load comes from the same machine. Delay is that of the event loop inside the gateway (perf_hooks, resolution 10 ms, so an idle',
    'process shows 10); the floor is an idle process at the same time. Target: no login fails, p99 of the delay below 50 ms.',
    '',
    table(
      [
        '',
        'hostile/s',
        'answers',
        'logins',
        'failed',
        'cores',
        'login p50 / p99 ms',
        'delay p50 / p99 / max ms',
        'floor of the delay',
        'target',
      ],
      floods.map(([name, result]) => floodRow(name, result)),
    ),
    '',
    ...floods.map(([name, { heapMiB, residentMiB }]) => {
      const [before, after] = heapMiB.map((mib) => mib.toFixed(0));
      const resident = [residentMiB[0] ?? 0, Math.max(...residentMiB), residentMiB.at(-1) ?? 0].map((mib) =>
        mib.toFixed(0),
      );
      return `- ${name}: heap ${before} MiB before, ${after} after; resident ${resident.join(', ')} MiB (first second, most, last).`;
    }),
    '',
    `What one of them costs, alone, limits off. Target: less than ${MOST_CPU_MS} ms of CPU: ${dearest < MOST_CPU_MS ? 'met' : 'missed'}.`,
    '',
    table(
      ['hostile body of 100 kB', 'ms CPU of the gateway'],
      rows.map(([name, cpu]) => [name, ms(cpu)]),
    ),
  ].join('\n');
}

function floodRow(name: string, result: Flood): readonly string[] {
  const { hostile, logins, failures, cores, loginMs, delayMs, idleDelayMs, seconds } = result;
  const posts = [...hostile.values()].reduce((sum, count) => sum + count, 0);
  const answers = [...hostile].sort(([a], [b]) => a - b).map(([status, count]) => `${count} × ${status}`);
  const times = [0.5, 0.99].map((q) => ms(quantile(loginMs, q)));
  const delays = [delayMs, idleDelayMs].map(({ p50, p99, max }) => [p50, p99, max].map(ms).join(' / '));
  const met = failures.length === 0 && delayMs.p99 < 50;
  return [
    name,
    (posts / seconds).toFixed(0),
    answers.join(', '),
    String(logins),
    String(failures.length),
    cores.toFixed(2),
    times.join(' / '),
    ...delays,
    met ? 'met' : 'missed',
  ];
}
