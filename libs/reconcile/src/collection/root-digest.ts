import { createHash } from 'node:crypto';
import type { FileDigest } from '../state-store.ts';

/**
 * One digest (hex) for all files of a collection: sha256 over the sorted lines `<digest> <path>`. Command line and server
 * compute it alike; equal means that nothing has to be read, parsed or compared.
 */
export function rootDigestOf(files: readonly Pick<FileDigest, 'path' | 'digest'>[]): string {
  const lines = files.map((file) => `${file.digest} ${file.path}\n`).sort();
  return createHash('sha256').update(lines.join('')).digest('hex');
}
