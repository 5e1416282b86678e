import { canonicalJson } from '../canonical/canonical-json.ts';
import type { Diagnostic } from '../diagnostic.ts';
import { readYaml } from '../load/read-yaml.ts';
import { SourceText, type SourceFile } from '../load/source-text.ts';
import { reordered } from './reorder.ts';

export type Formatted =
  | { readonly text: string; readonly changed: boolean }
  /** Why the file cannot be formatted; it stays as it is. */
  | { readonly diagnostics: readonly Diagnostic[] };

/**
 * A file of documents in the one form that `rolecall fmt` knows: keys in the order of the schema, each with its comments; lines that
 * end with a line feed, and one at the end. What the documents say stays the same, which is checked before anything is returned; formatting the
 * result changes nothing. Files that are no valid documents are formatted as well, as long as their YAML is.
 */
export function formatFile(file: SourceFile): Formatted {
  const { documents, faults } = readYaml(file);
  if (faults.length > 0) {
    const source = new SourceText(file);
    const diagnostics = faults.map(({ code, message, suggestion, offset }): Diagnostic => {
      const position = source.positionAt(offset);
      return { severity: 'error', code, message, ...(suggestion !== undefined && { suggestion }), position };
    });
    return { diagnostics };
  }
  const text = printed(file.text);
  const meaning = documents.map(({ value }) => canonicalJson(value));
  const after = readYaml({ ...file, text }).documents.map(({ value }) => canonicalJson(value));
  if (meaning.join('\n') !== after.join('\n')) return { diagnostics: [cannotFormat(file)] };
  return { text, changed: text !== file.text };
}

/** The printer's own mistake, which must not reach the file. */
function cannotFormat(file: SourceFile): Diagnostic {
  return {
    severity: 'error',
    code: 'format_unsafe',
    message: 'the file would say something else once formatted',
    suggestion: 'leave it as it is, and report what it holds that is out of the ordinary',
    position: new SourceText(file).positionAt(0),
  };
}

function printed(text: string): string {
  const lines = text.replaceAll('\r\n', '\n').replace(/\s*$/, '\n');
  return reordered(lines);
}
