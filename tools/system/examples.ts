import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_BASE, portsFrom } from './ports.ts';

const DEFAULTS = portsFrom(DEFAULT_BASE);

/**
 * The directory to apply: `directory` itself, or, when the parts are not at their usual addresses, a copy below
 * `dataDirectory` with the addresses replaced.
 */
export function prepareExamples(
  directory: string,
  dataDirectory: string,
  urls: Readonly<Record<'gateway' | 'idp' | 'admin' | 'app', string>>,
  say: (line: string) => void,
): string {
  const replacements = (['gateway', 'idp', 'admin', 'app'] as const)
    .map((name) => [`http://localhost:${DEFAULTS[name]}`, urls[name]] as const)
    .filter(([usual, actual]) => usual !== actual);
  if (replacements.length === 0) return directory;
  const copy = join(dataDirectory, 'config-examples');
  rmSync(copy, { recursive: true, force: true });
  cpSync(directory, copy, { recursive: true });
  for (const entry of readdirSync(copy, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    const text = readFileSync(file, 'utf8');
    const changed = replacements.reduce((all, [usual, actual]) => all.replaceAll(usual, actual), text);
    if (changed !== text) writeFileSync(file, changed);
  }
  say(`Applying a copy of config-examples/ with the addresses of this start: ${copy}`);
  return copy;
}
