import { createServer } from 'node:net';

/** Where each part of the system listens. */
export interface Ports {
  readonly gateway: number;
  readonly scim: number;
  readonly admin: number;
  readonly idp: number;
  readonly app: number;
  readonly inbox: number;
  readonly smtp: number;
}

const NAMES: Readonly<Record<keyof Ports, string>> = {
  gateway: 'the gateway',
  scim: 'the SCIM server',
  admin: 'the admin API',
  idp: 'the demo identity provider',
  app: 'the demo application',
  inbox: 'the inbox',
  smtp: 'the mail server of the inbox',
};
export const DEFAULT_BASE = 4000;

const FIRST = 10_000;
const RANGE = 5_000;
const RANGES = 4;
/** The most that `portsFrom` adds to a first port. */
const LAST_PORT = 31;

/** The ports that follow from the first one: 4000 -> 4000, 4001, 4002, 4010, 4020, 4030, 4031. */
export function portsFrom(base: number): Ports {
  const apps = { gateway: base, scim: base + 1, admin: base + 2 };
  return { ...apps, idp: base + 10, app: base + 20, inbox: base + 30, smtp: base + 31 };
}

/** A first port whose others are free as well. */
export async function freeBase(): Promise<number> {
  for (;;) {
    const base = candidate();
    if ((await takenPorts(portsFrom(base))).length === 0) return base;
  }
}

/** A port that nothing uses. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = candidate();
    if (await isFree(port)) return port;
  }
}

/**
 * Below the range from which systems number outgoing connections, so that none of those takes it before it is used, or while a
 * server there is started again. It is free for a moment only when nobody else draws it: each Jest worker draws from its own range.
 */
function candidate(): number {
  const range = Number(process.env['JEST_WORKER_ID'] ?? 0) % RANGES;
  return FIRST + range * RANGE + Math.floor(Math.random() * (RANGE - LAST_PORT));
}

/** One sentence for each port that something else uses. */
export async function takenPorts(ports: Ports): Promise<string[]> {
  const taken: string[] = [];
  for (const [name, port] of Object.entries(ports) as [keyof Ports, number][]) {
    if (!(await isFree(port))) taken.push(`Port ${port}, wanted by ${NAMES[name]}, is taken.`);
  }
  return taken;
}

/** Free on every address of this machine: a server on 127.0.0.1 alone would hide ours behind it. */
async function isFree(port: number): Promise<boolean> {
  for (const host of ['127.0.0.1', '0.0.0.0', '::']) {
    const server = createServer();
    const code = await new Promise<string | undefined>((resolve) => {
      server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code));
      server.listen({ port, host, exclusive: true }, () => resolve(undefined));
    });
    if (code === 'EADDRINUSE') return false;
    if (code === undefined) await new Promise((resolve) => server.close(resolve));
  }
  return true;
}
