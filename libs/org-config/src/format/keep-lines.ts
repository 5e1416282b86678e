/** Lines between the first and the last change that are compared one by one; longer parts are taken as they are printed. */
const MAX_COMPARED = 2_000;

/**
 * A text that was changed by printing it anew, with the lines that did not change as they were before: the printer has its own
 * mind about blanks.
 * @param before the text as it was
 * @param printed what the printer makes of it when nothing is changed
 * @param changed what the printer makes of it with the change
 */
export function keepLines(before: string, printed: string, changed: string): string {
  const [original, plain, wanted] = [before, printed, changed].map((text) => text.split('\n')) as [
    string[],
    string[],
    string[],
  ];
  // one line for one: else nobody knows which was which
  if (original.length !== plain.length) return changed;
  let start = 0;
  while (start < Math.min(plain.length, wanted.length) && plain[start] === wanted[start]) start += 1;
  let end = 0;
  const rest = Math.min(plain.length, wanted.length) - start;
  while (end < rest && plain[plain.length - 1 - end] === wanted[wanted.length - 1 - end]) end += 1;
  const middle = merged(
    original.slice(start, original.length - end),
    plain.slice(start, plain.length - end),
    wanted.slice(start, wanted.length - end),
  );
  return [...original.slice(0, start), ...middle, ...original.slice(original.length - end)].join('\n');
}

/** By a longest common subsequence of the printed lines. */
function merged(original: readonly string[], plain: readonly string[], wanted: readonly string[]): readonly string[] {
  if (plain.length > MAX_COMPARED || wanted.length > MAX_COMPARED) return wanted;
  const lengths = plain.map(() => new Uint16Array(wanted.length + 1));
  lengths.push(new Uint16Array(wanted.length + 1));
  const at = (i: number, j: number) => lengths[i]?.[j] ?? 0;
  for (let i = plain.length - 1; i >= 0; i -= 1) {
    for (let j = wanted.length - 1; j >= 0; j -= 1) {
      const row = lengths[i];
      if (row) row[j] = plain[i] === wanted[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const lines: string[] = [];
  for (let i = 0, j = 0; j < wanted.length;) {
    if (i < plain.length && plain[i] === wanted[j]) {
      lines.push(original[i] ?? '');
      i += 1;
      j += 1;
    } else if (i < plain.length && at(i + 1, j) >= at(i, j + 1)) i += 1;
    else {
      lines.push(wanted[j] ?? '');
      j += 1;
    }
  }
  return lines;
}
