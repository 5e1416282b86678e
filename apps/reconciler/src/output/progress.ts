import type { Io } from '../io.ts';

const WIDTH = 20;
/** What stands behind a bar must not make the line longer than a terminal is wide: only one line can be taken away. */
const DETAIL = 30;

const TICK_MS = 1_000;

/**
 * One line on a terminal that says what takes so long; silent everywhere else, and in CI, where a terminal is only a log. What takes
 * longer than two seconds says for how long by now.
 */
export class Progress {
  readonly #silent: boolean;
  #shown = false;
  #ticking: NodeJS.Timeout | undefined;
  /** What the server said last. */
  #detail = '';

  constructor(private readonly io: Pick<Io, 'err' | 'errIsTerminal' | 'env'>) {
    const { CI: ci = '' } = io.env;
    this.#silent = !io.errIsTerminal || !['', 'false', '0'].includes(ci);
  }

  show(text: string): void {
    if (this.#silent) return;
    clearInterval(this.#ticking);
    this.#write(text);
    let seconds = 0;
    this.#detail = '';
    this.#ticking = setInterval(() => {
      seconds += TICK_MS / 1_000;
      if (seconds >= 2) this.#write(`${text} ${this.#detail}${elapsed(seconds)}`);
    }, TICK_MS).unref();
  }

  /** Shows `text`, and takes what a server says of how far it is; undefined where nobody looks. */
  users(text: string): ((users: number) => void) | undefined {
    this.show(`${text} ...`);
    if (this.#silent) return undefined;
    return (users) => {
      if (users > 0) this.#detail = `${users.toLocaleString('en')} users looked at, `;
    };
  }

  #write(text: string): void {
    this.io.err(`\r\u001b[K${text}`);
    this.#shown = true;
  }

  /** `Checking [#####...............] 1,000 of 4,000 files ...` @param detail what is done at the moment, or what is counted */
  bar(what: string, done: number, whole: number, detail = ''): void {
    const full = whole === 0 ? WIDTH : Math.floor((Math.min(done, whole) / whole) * WIDTH);
    const counted = `${done.toLocaleString('en')} of ${whole.toLocaleString('en')}`;
    const shown = detail.length > DETAIL ? `${detail.slice(0, DETAIL - 1)}…` : detail;
    this.show(`${what} [${'#'.repeat(full)}${'.'.repeat(WIDTH - full)}] ${counted}${shown} ...`);
  }

  /** Removes the line; call it before anything else is written. */
  clear(): void {
    clearInterval(this.#ticking);
    if (this.#shown) this.io.err('\r\u001b[K');
    this.#shown = false;
  }
}

/** `1 file`, `2,000 changed files`. */
export function filesText(count: number, what = 'file'): string {
  return `${count.toLocaleString('en')} ${count === 1 ? what : `${what}s`}`;
}

/** `12 s`, `2 min 5 s`. */
function elapsed(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  return minutes === 0 ? `${seconds} s` : `${minutes} min ${seconds % 60} s`;
}
