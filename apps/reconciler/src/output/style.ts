import type { Io } from '../io.ts';

const SGR = { red: '31', green: '32', yellow: '33', cyan: '36', bold: '1', dim: '2' } as const;

/** What each part of the output looks like, of plans and of diagnostics. */
const LOOK = {
  create: SGR.green,
  update: SGR.yellow,
  delete: SGR.red,
  rename: SGR.cyan,
  quiet: SGR.dim,
  strong: SGR.bold,
  place: SGR.bold,
  error: SGR.red,
  warning: SGR.yellow,
  suggestion: SGR.green,
  source: SGR.dim,
  caret: SGR.red,
  summary: SGR.bold,
} as const;
type Style = keyof typeof LOOK;

export type Paint = (style: Style, text: string) => string;

const plain: Paint = (_style, text) => text;
const coloured: Paint = (style, text) => `\u001b[${LOOK[style]}m${text}\u001b[0m`;

/** Colours for a stream that a person reads, unless NO_COLOR (https://no-color.org) or `--no-color` says otherwise. */
export function paintFor(io: Io, stream: 'out' | 'err', wanted: boolean): Paint {
  const terminal = stream === 'out' ? io.outIsTerminal : io.errIsTerminal;
  return terminal && wanted && !io.env['NO_COLOR'] && io.env['TERM'] !== 'dumb' ? coloured : plain;
}
