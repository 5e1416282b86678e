import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

const ROOT = join(import.meta.dirname, '../..');
const PARTS = ['apps', 'libs', 'tools'];
const FILES = ['package.json', 'package-lock.json', 'nx.json', '.oxlintrc.json', 'tsconfig.base.json', 'tsconfig.json'];
const LEFT_OUT = new Set(['node_modules', 'dist', 'out-tsc', 'coverage', 'screenshots']);

/**
 * Copies the sources of this workspace to `directory`, with its packages linked, so that a test may plant something in
 * them while other targets read the real ones.
 */
export function copyWorkspace(directory: string): void {
  const filter = (path: string) => !LEFT_OUT.has(basename(path));
  for (const part of [...PARTS, ...FILES]) cpSync(join(ROOT, part), join(directory, part), { recursive: true, filter });
  const modules = join(directory, 'node_modules');
  mkdirSync(join(modules, '@rolecall'), { recursive: true });
  for (const entry of readdirSync(join(ROOT, 'node_modules'))) {
    if (entry !== '@rolecall') symlinkSync(join(ROOT, 'node_modules', entry), join(modules, entry));
  }
  for (const project of ['apps', 'libs'].flatMap((part) =>
    readdirSync(join(directory, part)).map((name) => join(part, name)),
  )) {
    symlinkSync(join(directory, project), join(modules, '@rolecall', basename(project)));
  }
}

/** Runs Nx in `directory` without its cache; resolves with the exit code and everything that it said, uncoloured. */
export async function runNx(directory: string, args: readonly string[]): Promise<{ code: number; output: string }> {
  // The variables that an Nx around this test has set point to the real workspace.
  const inherited = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('NX_') && !name.startsWith('LERNA_'),
  );
  const child = spawn(join(ROOT, 'node_modules/.bin/nx'), args, {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...Object.fromEntries(inherited),
      FORCE_COLOR: undefined,
      NO_COLOR: '1',
      NX_DAEMON: 'false',
      NX_TUI: 'false',
      NX_NO_CLOUD: 'true',
      NX_SKIP_NX_CACHE: 'true',
    },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode) => resolve(exitCode ?? 1));
  });
  return { code, output: stripVTControlCharacters(output) };
}
