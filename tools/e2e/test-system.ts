import { rmSync } from 'node:fs';
import { freeBase, portsFrom } from '../system/ports.ts';
import { scratchDirectory } from '../system/scratch.ts';
import { startSystem, type System } from '../system/system.ts';

/**
 * A whole system of its own on free ports with a throw-away database. The demo identity provider is on 127.0.0.1 and the
 * rest on localhost: two sites for a browser, as in production.
 */
export async function startTestSystem(): Promise<System> {
  const dataDirectory = scratchDirectory('system');
  const remove = () => rmSync(dataDirectory, { recursive: true, force: true });
  const said: string[] = [];
  try {
    const system = await startSystem({
      ports: portsFrom(await freeBase()),
      dataDirectory,
      durable: false,
      idpHost: '127.0.0.1',
      say: (line) => said.push(line),
      signal: AbortSignal.timeout(60_000),
    });
    return {
      ...system,
      stop: async () => {
        await system.stop();
        remove();
      },
    };
  } catch (error) {
    remove();
    throw new Error(`The system did not start.\n${said.join('\n')}\n${String(error)}`, { cause: error });
  }
}
