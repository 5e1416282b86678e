/** One line of a CSV file, with where it begins. */
export interface CsvRow {
  readonly line: number;
  readonly cells: readonly string[];
}

/** What a spreadsheet would run, behind the apostrophe by which our export makes it text. */
const NEUTRALISED = /^'(?=\s*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20])/u;

/**
 * Reads CSV (RFC 4180): quoted cells may hold commas, quotes and line ends. Empty lines are left out, and the apostrophe that
 * our export puts before what a spreadsheet would take for a formula.
 * @param text UNTRUSTED
 * @returns the rows, or the line of a quote that does not end or stands inside a cell
 */
export function readCsv(text: string): { readonly rows: readonly CsvRow[] } | { readonly brokenAt: number } {
  const rows: CsvRow[] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|\n|\r|$)/gy;
  let [line, startsAt] = [1, 1];
  let cells: string[] = [];
  cell.lastIndex = text.startsWith('\ufeff') ? 1 : 0;
  while (cell.lastIndex <= text.length) {
    const match = cell.exec(text);
    if (match === null) return { brokenAt: line };
    const [whole, quoted, plain = '', end] = match;
    cells.push((quoted?.replaceAll('""', '"') ?? plain.trim()).replace(NEUTRALISED, ''));
    line += whole.match(/\r\n|\n|\r/g)?.length ?? 0;
    if (end === ',') continue;
    if (cells.some((value) => value !== '')) rows.push({ line: startsAt, cells });
    if (end === '') break;
    [cells, startsAt] = [[], line];
  }
  return { rows };
}
