// Peers are installed on demand into a git-ignored folder, once; Rolecall never depends on them.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../.cache/peers', import.meta.url));

/**
 * Installs exact versions, without running scripts of theirs; returns the folder.
 * @param packages - `name@version`, the peer itself first
 * @param folder - of its own under `.cache/peers`; default that folder itself
 */
export function installPeer(packages: readonly string[], folder = '', flags: readonly string[] = []): string {
  const directory = folder === '' ? ROOT : `${ROOT}/${folder}`;
  const [peer = ''] = packages;
  if (existsSync(`${directory}/node_modules/${peer.slice(0, peer.lastIndexOf('@'))}`)) return directory;
  console.error(`Installing the peer ${peer} into .cache/peers ...`);
  mkdirSync(directory, { recursive: true });
  writeFileSync(`${directory}/package.json`, '{ "private": true }\n');
  const run = spawnSync('npm', ['install', ...packages, ...flags, '--no-audit', '--no-fund', '--ignore-scripts'], {
    cwd: directory,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (run.status !== 0) throw new Error(`${peer} could not be installed`);
  return directory;
}
