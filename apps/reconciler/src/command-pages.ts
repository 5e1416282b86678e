import { createProgram } from './program.ts';
import { treeOf } from './program/tree.ts';
import type { CommandNode } from './program/tree.ts';

const MADE =
  '<!-- Made from apps/reconciler/src/program by `UPDATE_CASES=1 jest command-pages` in apps/reconciler. Do not edit. -->';

/** The pages of docs/commands: `[path, text]`, one for each command of `rolecall --help`, and the list of them. */
export function commandPages(): readonly (readonly [string, string])[] {
  const program = treeOf(createProgram(NOWHERE, () => undefined));
  const pages = program.children.map((command) => [`docs/commands/${command.path}.md`, page(command)] as const);
  return [['docs/commands/README.md', index(program)], ...pages];
}

/** Nothing is run to make a page. */
const NOWHERE = {
  out: () => undefined,
  err: () => undefined,
  env: {},
  cwd: '.',
  now: new Date(0),
  outIsTerminal: false,
  errIsTerminal: false,
  ask: undefined,
};

function index(program: CommandNode): string {
  const rows = program.children.map(
    ({ path, description }) => `| [\`rolecall ${path}\`](${path}.md) | ${prose(description)} |`,
  );
  return `${[
    '# The commands',
    '',
    MADE,
    '',
    prose(program.description),
    '',
    '| command | does |',
    '| --- | --- |',
    ...rows,
    '',
    '## Options of every command',
    '',
    ...optionTable(program),
    '',
    '```text',
    program.notes,
    '```',
  ].join('\n')}\n`;
}

function page(command: CommandNode): string {
  return `${[`# rolecall ${command.path}`, '', MADE, '', ...section(command, 1)].join('\n').trimEnd()}\n`;
}

function section(command: CommandNode, level: number): string[] {
  const parts = [sentence(command.description), ''];
  if (command.children.length === 0 || command.arguments.length > 0) {
    parts.push('```sh', `rolecall ${command.path} ${command.usage}`.trimEnd(), '```', '');
  }
  if (command.arguments.length > 0) {
    parts.push('| argument | what |', '| --- | --- |');
    parts.push(
      ...command.arguments.map(
        ({ name, description, choices }) => `| \`${name}\` | ${prose(description)}${oneOf(choices)} |`,
      ),
      '',
    );
  }
  if (command.options.length > 0) parts.push(...optionTable(command), '');
  if (command.examples.length > 0) parts.push('```sh', ...command.examples, '```', '');
  if (command.notes !== '') parts.push('```text', command.notes, '```', '');
  for (const child of command.children) {
    parts.push(`${'#'.repeat(level + 1)} rolecall ${child.path}`, '', ...section(child, level + 1));
  }
  return parts;
}

function optionTable({ options }: CommandNode): string[] {
  const rows = options.map(({ flags, description, choices, fallback }) => {
    const otherwise = fallback === undefined ? '' : ` Default \`${fallback}\`.`;
    return `| \`${flags}\` | ${prose(description)}${choices.length === 0 && otherwise !== '' ? '.' : ''}${oneOf(choices)}${otherwise} |`;
  });
  return ['| option | what |', '| --- | --- |', ...rows];
}

function oneOf(choices: readonly string[]): string {
  return choices.length === 0 ? '' : `. One of ${choices.map((choice) => `\`${choice}\``).join(', ')}.`;
}

/** Text of a table's cell: what Markdown or HTML would read stands for itself. */
function prose(text: string): string {
  const pieces = text.split('`');
  return pieces
    .map((piece, at) => (at % 2 === 0 ? piece.replaceAll('<', '&lt;').replaceAll('*', '\\*') : piece))
    .join('`')
    .replaceAll('|', '\\|');
}

function sentence(text: string): string {
  const words = prose(text);
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}${words.endsWith('.') ? '' : '.'}`;
}
