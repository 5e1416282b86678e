import { mkdtempSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Linux keeps what is there in memory. */
const IN_MEMORY = '/dev/shm';
/** Several times what a run of all suites has there at once, bytes. */
const ROOM = 3 * 2 ** 30;

/**
 * Makes a directory for data that a test throws away, in memory where there is plenty. A database is hundreds of files and the suites
 * make hundreds of databases: on a disk, creating those files costs more than the tests.
 */
export function scratchDirectory(name: string): string {
  return mkdtempSync(join(hasRoom() ? IN_MEMORY : tmpdir(), `rolecall-${name}-`));
}

function hasRoom(): boolean {
  if (process.availableMemory() < ROOM) return false;
  try {
    const { bavail, bsize } = statfsSync(IN_MEMORY);
    return bavail * bsize >= ROOM;
  } catch {
    return false; // another system, which has no such directory
  }
}
