/** Where something stands in a file; line and column count from 1, the column in UTF-16 units as editors do. */
export interface SourcePosition {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** One thing that is wrong with the input, for a person to mend. All of them are reported at once. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning';
  /** Stable, snake_case, e.g. `unknown_key`, `unknown_role`, `duplicate_key`, `test_failed`. */
  readonly code: string;
  /** What is wrong, in one sentence. */
  readonly message: string;
  /** What to write instead, when there is something to say. */
  readonly suggestion?: string;
  readonly position: SourcePosition;
  /** JSON pointer into the document, when the document could be read. */
  readonly pointer?: string;
}

/** Orders diagnostics as people read files. */
export function byPosition({ position: a }: Diagnostic, { position: b }: Diagnostic): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return a.line - b.line || a.column - b.column;
}
