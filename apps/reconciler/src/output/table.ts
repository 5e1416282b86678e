/**
 * Columns for a terminal, two spaces between them. Control characters, and those that reorder text, are shown as a middle
 * dot, so that a name cannot command the terminal.
 * @param rows the first is the heading; all have the same length
 */
export function table(rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map((cell) => cell.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '·')));
  const widths = (cells[0] ?? []).map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const lines = cells.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
  return lines.map((line) => `${line.trimEnd()}\n`).join('');
}
