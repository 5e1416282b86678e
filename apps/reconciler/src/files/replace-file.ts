import { realpathSync, renameSync, statSync, writeFileSync } from 'node:fs';

/** Whole or not at all: who is interrupted keeps the former text. A link stays one: what it leads to is replaced. */
export function replaceFile(path: string, text: string): void {
  const target = realpathSync(path);
  const temporary = `${target}.${process.pid}.tmp`;
  writeFileSync(temporary, text, { mode: statSync(target).mode, flag: 'wx' });
  renameSync(temporary, target);
}
