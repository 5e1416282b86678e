import { setTimeout as pause } from 'node:timers/promises';
import { ScimError } from '@rolecall/scim';

/** More than parallel requests of one identity provider ever need. */
const MAX_TRIES = 50;
/** From then on each try waits a little, at random, so that writers of one resource come one after the other. */
const PATIENT_AFTER = 3;
const WAIT_MS = 10;

/**
 * Makes a change on what is stored, and anew on what others left when they were faster: the client sees its effect or a real refusal,
 * and never that somebody else was there.
 * @param attempt reads, changes and writes; `changed_meanwhile` = somebody else wrote in between, and nothing was written
 * @throws ScimError 503 when that happens again and again
 */
export async function notOvertaken<T extends { readonly outcome: string }>(
  attempt: () => Promise<T>,
): Promise<NotOvertaken<T>> {
  for (let tries = 1; tries <= MAX_TRIES; tries++) {
    const result = await attempt();
    if (isMade(result)) return result;
    if (tries >= PATIENT_AFTER) await pause(Math.random() * WAIT_MS * Math.min(tries, 10));
  }
  throw new ScimError(503, undefined, 'others change this resource all the time and nothing was written; try again');
}

type NotOvertaken<T> = Exclude<T, { readonly outcome: 'changed_meanwhile' }>;

function isMade<T extends { readonly outcome: string }>(result: T): result is NotOvertaken<T> {
  return result.outcome !== 'changed_meanwhile';
}
