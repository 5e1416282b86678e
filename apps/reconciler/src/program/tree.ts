import type { EventEmitter } from 'node:events';
import type { Argument, Command, Option } from 'commander';

/** One command as the program declares it; completion and the pages of docs/commands are made from these. */
export interface CommandNode {
  /** Without `rolecall`: `scim token issue`; empty for the program itself. */
  readonly path: string;
  readonly description: string;
  /** Arguments as help writes them. */
  readonly usage: string;
  readonly arguments: readonly {
    readonly name: string;
    readonly description: string;
    readonly choices: readonly string[];
  }[];
  readonly options: readonly OptionNode[];
  /** Lines of the examples in its help, without the prompt. */
  readonly examples: readonly string[];
  /** What its help says after the examples. */
  readonly notes: string;
  readonly children: readonly CommandNode[];
}

export interface OptionNode {
  /** `--format <format>`. */
  readonly flags: string;
  /** `--format`. */
  readonly name: string;
  readonly description: string;
  readonly takesValue: boolean;
  readonly choices: readonly string[];
  readonly fallback?: string;
}

/** The tree below a command, in the order of the help. */
export function treeOf(command: Command, parents: readonly string[] = []): CommandNode {
  const names = command.parent === null ? [] : [...parents, command.name()];
  const help = command.createHelp();
  const { examples, notes } = afterHelp(command);
  return {
    path: names.join(' '),
    description: command.description(),
    usage: command.usage(),
    arguments: command.registeredArguments.map((argument: Argument) => ({
      name: argument.name(),
      description: argument.description,
      choices: argument.argChoices ?? [],
    })),
    options: help.visibleOptions(command).filter(isOwn).map(optionNode),
    examples,
    notes,
    children: command.commands.map((child) => treeOf(child, names)),
  };
}

/** All commands of a tree that do something, and those that only hold others. */
export function everyNode(node: CommandNode): readonly CommandNode[] {
  return [node, ...node.children.flatMap(everyNode)];
}

function isOwn({ long }: Option): boolean {
  return long !== '--help';
}

function optionNode(option: Option): OptionNode {
  const { flags, long, description, argChoices = [], required, optional } = option;
  const fallback: unknown = option.defaultValue;
  return {
    flags,
    name: long ?? flags,
    description,
    takesValue: required || optional,
    choices: argChoices,
    ...(typeof fallback === 'string' && { fallback }),
  };
}

/** What `addHelpText('after', …)` said: commander keeps it as a listener that writes. */
function afterHelp(command: Command): { readonly examples: readonly string[]; readonly notes: string } {
  let text = '';
  // every Command is an EventEmitter, which its types leave out
  (command as unknown as EventEmitter).emit('afterHelp', {
    error: false,
    command,
    write: (part: string) => (text += part),
  });
  const examples = [...text.matchAll(/^ {2}\$ (.*)$/gm)].map(([, line]) => line ?? '');
  const notes = text.replace(/^Examples:\n(?: {2}\$ .*\n)*/m, '').trim();
  return { examples, notes };
}
