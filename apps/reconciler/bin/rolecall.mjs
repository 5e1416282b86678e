#!/usr/bin/env node
// `npx rolecall`: runs the built command line under a Node that is new enough, building it first when it is missing.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const bin = join(root, 'node_modules', '.bin');

function wantedNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 18)) return process.execPath;
  const own = join(bin, 'node');
  if (existsSync(own)) return own;
  process.stderr.write(
    `rolecall needs Node 22.18 or newer (this is ${process.version}); run "npm test" once to get one.\n`,
  );
  process.exit(1);
}

const node = wantedNode();
if (!existsSync(main)) {
  process.stderr.write('Building rolecall (only this once) ...\n');
  const env = { ...process.env, PATH: [bin, process.env.PATH].join(delimiter), NX_DAEMON: 'false', NX_TUI: 'false' };
  const built = spawnSync(node, [join(bin, 'nx'), 'run', '@rolecall/reconciler:build', '--output-style=static'], {
    cwd: root,
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (built.status !== 0) process.exit(1);
}
if (node === process.execPath) await import(main);
else {
  const run = spawnSync(node, ['--enable-source-maps', main, ...process.argv.slice(2)], { stdio: 'inherit' });
  process.exit(run.status ?? 1);
}
