import { stripVTControlCharacters } from 'node:util';

/** Adds up what test runners say at their end, from output that comes in pieces. */
export class TestCounts {
  passed = 0;
  failed = 0;

  /**
   * @returns what takes the text of one stream, piece by piece; lines that another stream writes meanwhile do not mix with its own
   */
  reader(): (chunk: string) => void {
    let rest = '';
    return (chunk) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.#count(stripVTControlCharacters(line));
    };
  }

  /** Jest closes each project with e.g. "Tests:       1 failed, 41 passed, 42 total". */
  #count(line: string): void {
    if (!line.startsWith('Tests:')) return;
    this.passed += Number(/(\d+) passed/.exec(line)?.[1] ?? 0);
    this.failed += Number(/(\d+) failed/.exec(line)?.[1] ?? 0);
  }
}
