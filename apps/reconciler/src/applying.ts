import { randomUUID } from 'node:crypto';
import { setTimeout as clockPause } from 'node:timers/promises';
import { CommandError } from './exit.ts';
import type { Io } from './io.ts';
import type { Client } from './server/client.ts';
import type { Applied, ApplyRequest } from './server/client.ts';
import { ServerRefusal } from './server/http.ts';

/** Pauses between one try and the next, in milliseconds. */
const PAUSES = [1_000, 2_000, 4_000, 8_000];

/**
 * Sends an apply, and sends it again when its answer is lost. All have one id, so that it is done once: when the server had
 * done it, the answer is what came of it then.
 */
export async function sendApply(client: Client, request: ApplyRequest, io: Io): Promise<Applied> {
  const { pause = (milliseconds: number) => clockPause(milliseconds) } = io;
  const body = { ...request, applyId: randomUUID() };
  for (const wait of PAUSES) {
    try {
      return await client.apply(body);
    } catch (error) {
      if (!isLost(error)) throw error;
      io.err(`The answer is lost (${(error as Error).message}). Asking again ...\n`);
      await pause(wait);
    }
  }
  return client.apply(body);
}

/** Nobody knows whether the server did it. */
export function isLost(error: unknown): boolean {
  if (error instanceof CommandError) return error.code === 'server_unreachable' || error.code === 'server_timeout';
  return error instanceof ServerRefusal && [502, 503, 504].includes(error.status);
}
