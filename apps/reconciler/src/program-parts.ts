import { Option } from 'commander';

/** `--format`, which every command with something to show has. */
export function format(...others: readonly string[]): Option {
  return new Option('--format <format>', 'of what is printed').choices(['human', 'json', ...others]).default('human');
}

/** Lines for the end of a command's help. */
export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${line}\n`).join('')}`;
}
