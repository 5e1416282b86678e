import { byPosition, type Diagnostic } from './diagnostic.ts';
import { shownPath, type SourceFile } from './load/source-text.ts';
import { ShownLines } from './shown-lines.ts';

/** Parts of the output that a terminal may colour. */
export type DiagnosticPart = 'place' | 'error' | 'warning' | 'suggestion' | 'source' | 'caret' | 'summary';

/** Longest piece of an offending line that is shown. */
const MAX_WIDTH = 120;

/**
 * Diagnostics for people: `file:line:column  code  what is wrong; what to write instead`, the offending line with a caret
 * below each, and a summary at the end. Control characters of the files are made visible, so that a file cannot command the
 * terminal, and what stands at a key that is named like a secret is masked.
 * @param sources the files that were loaded, for the lines
 * @param paint colours a part; without it the output is plain
 */
export function renderDiagnostics(
  diagnostics: readonly Diagnostic[],
  sources: readonly SourceFile[],
  paint: (part: DiagnosticPart, text: string) => string = (_, text) => text,
): string {
  const lines = new Map(sources.map((file) => [shownPath(file), new ShownLines(file.text)]));
  const blocks = diagnostics.toSorted(byPosition).map((diagnostic) => {
    const { file, line, column } = diagnostic.position;
    const place = paint('place', visible(`${file}:${line}:${column}`));
    const suggestion = diagnostic.suggestion ? `; ${paint('suggestion', visible(diagnostic.suggestion))}` : '';
    const head = `${place}  ${paint(diagnostic.severity, diagnostic.code)}  ${visible(diagnostic.message)}${suggestion}`;
    const source = lines.get(file)?.at(line, column, diagnostic.pointer);
    return source === undefined || source.text.trim() === ''
      ? head
      : `${head}\n${excerpt(source.text, line, source.column, paint)}`;
  });
  return [...blocks, paint('summary', summary(diagnostics, sources.length)), ''].join('\n');
}

function excerpt(
  source: string,
  line: number,
  column: number,
  paint: (part: DiagnosticPart, text: string) => string,
): string {
  // a long line is shown around its offending column
  const start = column > MAX_WIDTH - 20 ? column - 40 : 0;
  const piece = visible(source.replace(/\r$/, '').slice(start, start + MAX_WIDTH));
  const gutter = String(line).padStart(6);
  const caret = ' '.repeat(Math.max(0, visible(source.slice(start, column - 1)).length));
  return [
    paint('source', `${gutter} | ${piece}`),
    `${paint('source', `${' '.repeat(gutter.length)} | `)}${caret}${paint('caret', '^')}`,
  ].join('\n');
}

function summary(diagnostics: readonly Diagnostic[], files: number): string {
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  const warnings = diagnostics.length - errors;
  const checked = `${count(files, 'file')} checked`;
  if (diagnostics.length === 0) return `${checked}, nothing wrong`;
  const found = [errors > 0 && count(errors, 'error'), warnings > 0 && count(warnings, 'warning')].filter(Boolean);
  return `${checked}, ${found.join(' and ')} in ${count(new Set(diagnostics.map(({ position }) => position.file)).size, 'file')}`;
}

function count(number: number, noun: string): string {
  return `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`;
}

/** Control characters, and those that reorder text, as a middle dot; tabs as one space, so that the caret stands right. */
function visible(text: string): string {
  return text.replaceAll('\t', ' ').replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '·');
}
