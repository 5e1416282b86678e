/**
 * A text as a terminal may show it: control characters, and those that reorder or break lines, become a middle dot, so that
 * what somebody sent can neither command the terminal nor forge a line.
 */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '·');
}
