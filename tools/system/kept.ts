import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isAlive } from './processes.ts';

/** The text in a file that only its owner may read, made by `make` at the first start. */
export function kept(file: string, make: () => string): string {
  if (existsSync(file)) return readFileSync(file, 'utf8').trim();
  const text = make();
  writeSecret(file, `${text}\n`);
  return text;
}

/** Writes a file that only its owner may read. */
export function writeSecret(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text, { mode: 0o600 });
}

export const randomKey = (): string => randomBytes(32).toString('base64');
export const randomPassword = (): string => randomBytes(24).toString('hex');

/**
 * Takes the data directory for this process and returns how to give it back; a dead owner's claim is taken over.
 *
 * @throws when another system runs on it
 */
export function claimDirectory(directory: string): () => void {
  const file = join(directory, 'running.pid');
  mkdirSync(directory, { recursive: true });
  const owner = existsSync(file) ? Number(readFileSync(file, 'utf8')) : undefined;
  if (owner && owner !== process.pid && isAlive(owner)) {
    throw new Error(
      `Process ${owner} already runs on ${directory}: stop it first. If it is something else, remove ${file}.`,
    );
  }
  writeFileSync(file, String(process.pid));
  return () => rmSync(file, { force: true });
}
