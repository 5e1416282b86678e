import { API_RIGHTS, openDatabase } from '@rolecall/persistence';
import { existsSync, readFileSync } from 'node:fs';

/**
 * The API token that `file` (a dev.json) holds when the database still knows it with every right there is, else a new one:
 * one that was made before there was a right does not have it.
 */
export async function ensureToken(at: { url: string; masterKey: string }, file: string, now: Date): Promise<string> {
  const database = await openDatabase({ url: at.url, masterKey: Buffer.from(at.masterKey, 'base64'), poolSize: 1 });
  try {
    const known = readKnown(file, 'token');
    const rights = known && (await database.apiTokens.authenticate(known, now))?.rights;
    if (known && rights && API_RIGHTS.every((right) => rights.includes(right))) return known;
    const made = await database.apiTokens.create({
      name: 'development',
      rights: API_RIGHTS,
      expiresAt: undefined,
      now,
    });
    return made.token;
  } finally {
    await database.close();
  }
}

/** A token that an earlier start wrote into a dev.json. */
export function readKnown(file: string, name: 'token' | 'scimToken'): string | undefined {
  if (!existsSync(file)) return undefined;
  const known = (JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>)[name];
  return typeof known === 'string' ? known : undefined;
}
