import type { Io } from '../io.ts';

/** One line on a terminal that says what takes so long; silent everywhere else. */
export class Progress {
  #shown = false;

  constructor(private readonly io: Pick<Io, 'err' | 'errIsTerminal'>) {}

  show(text: string): void {
    if (!this.io.errIsTerminal) return;
    this.io.err(`\r\u001b[K${text}`);
    this.#shown = true;
  }

  /** Removes the line; call it before anything else is written. */
  clear(): void {
    if (this.#shown) this.io.err('\r\u001b[K');
    this.#shown = false;
  }
}
