/** What a spreadsheet takes for a formula, or for the beginning of one, white space before it apart. */
const FORMULA = /^\s*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/u;

/**
 * One line of a CSV file (RFC 4180). A cell that a spreadsheet would run as a formula begins with an apostrophe, by which it is text:
 * names and addresses are whatever an identity provider said.
 */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map(cell).join(',')}\r\n`;
}

function cell(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) || safe !== safe.trim() ? `"${safe.replaceAll('"', '""')}"` : safe;
}
