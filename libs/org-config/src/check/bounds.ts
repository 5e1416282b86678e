import type { Json } from '../document.ts';
import { durationSeconds } from '../duration.ts';
import { quoted, type Findings } from './finding.ts';

/** What a duration may be, in seconds and in words such as `1h to 90d`. */
export interface DurationLimits {
  readonly min: number;
  readonly max: number;
  readonly words: string;
}

/** A duration stays within its bounds; what is none at all the schema has refused. */
export function checkDuration(
  declared: Json | undefined,
  { min, max, words }: DurationLimits,
  pointer: string,
  findings: Findings,
): void {
  const seconds = typeof declared === 'string' ? durationSeconds(declared) : undefined;
  if (seconds === undefined || (seconds >= min && seconds <= max)) return;
  const message = `${quoted(declared ?? '')} is out of bounds`;
  const suggestion = `write a duration from ${words.replace(' to ', ' to at most ')}`;
  findings.add({ code: 'invalid_value', message, suggestion, pointer, at: 'value' });
}
