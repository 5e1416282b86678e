import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { CommandError, EXIT } from '../exit.ts';
import type { Io } from '../io.ts';

const MAX_BYTES = 64 * 1024;
const MAX_IDENTITIES = 100;
/** X25519, and the hybrid with ML-KEM-768; those of plugins need programs that are not here. */
const IDENTITY = /^AGE-SECRET-KEY-(?:PQ-)?1[0-9A-Z]{10,8192}$/;

/**
 * The keys that open sealed values: `ROLECALL_AGE_IDENTITY` (the key itself) and `ROLECALL_AGE_IDENTITY_FILE` (a file as
 * `age-keygen` writes it). None when neither is set.
 * @throws CommandError `invalid_identity`, never with what was read
 */
export function identitiesOf(io: Pick<Io, 'env' | 'cwd'>): readonly string[] {
  const file = io.env['ROLECALL_AGE_IDENTITY_FILE'];
  const identities = [
    ...keysIn(io.env['ROLECALL_AGE_IDENTITY'] ?? '', 'ROLECALL_AGE_IDENTITY'),
    ...(file ? keysIn(contentOf(resolve(io.cwd, file)), 'the file of ROLECALL_AGE_IDENTITY_FILE') : []),
  ];
  if (identities.length <= MAX_IDENTITIES) return identities;
  throw invalid(`there are more than ${MAX_IDENTITIES} keys`);
}

/** Comments and empty lines as `age-keygen` writes them are left out. */
function keysIn(text: string, from: string): string[] {
  const lines = text.split(/\r?\n/).map((line, index) => ({ key: line.trim(), number: index + 1 }));
  return lines
    .filter(({ key }) => key !== '' && !key.startsWith('#'))
    .map(({ key, number }) => {
      if (IDENTITY.test(key)) return key;
      throw invalid(`line ${number} of ${from} is no key that begins with AGE-SECRET-KEY-`);
    });
}

function contentOf(path: string): string {
  const size = statSync(path, { throwIfNoEntry: false })?.size;
  if (size === undefined || size > MAX_BYTES) throw invalid(`ROLECALL_AGE_IDENTITY_FILE names no file of keys`);
  return readFileSync(path, 'utf8');
}

function invalid(why: string): CommandError {
  const hint = '"rolecall secrets keygen" and age-keygen make keys';
  return new CommandError(EXIT.usage, 'invalid_identity', `${why}; ${hint}`);
}
