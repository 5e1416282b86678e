export { commandPages } from './command-pages.ts';
export { EXIT } from './exit.ts';
export type { Io } from './io.ts';
export { run } from './run.ts';
