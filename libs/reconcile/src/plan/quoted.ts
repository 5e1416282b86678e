import type { Json } from '@rolecall/org-config';

/** JSON, with the control characters escaped that JSON lets through: values come from pull requests, logs from terminals. */
export function quoted(value: Json): string {
  return JSON.stringify(value).replaceAll(
    /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
