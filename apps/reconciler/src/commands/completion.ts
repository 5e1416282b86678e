import { EXIT } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import type { Io } from '../io.ts';
import { everyNode } from '../program/tree.ts';
import type { CommandNode, OptionNode } from '../program/tree.ts';

export type Shell = 'bash' | 'zsh' | 'fish';

/** What a shell offers at one command: the commands below it, and its flags. */
interface Place {
  readonly path: string;
  readonly words: readonly { readonly word: string; readonly description: string }[];
  readonly options: readonly OptionNode[];
}

/** `rolecall completion SHELL`: a script for the shell, made from the commands that there are. Where nothing fits, it offers files. */
export function completion(shell: Shell, program: CommandNode, io: Io): ExitCode {
  io.out(SCRIPTS[shell](placesOf(program)));
  return EXIT.done;
}

function placesOf(program: CommandNode): readonly Place[] {
  return everyNode(program).map((node) => ({
    path: node.path,
    words: [
      ...node.children.map((child) => ({ word: child.path.split(' ').at(-1) ?? '', description: child.description })),
      ...node.arguments.flatMap(({ choices, description }) => choices.map((word) => ({ word, description }))),
    ],
    options: node === program ? node.options : [...node.options, ...program.options],
  }));
}

const SCRIPTS: Readonly<Record<Shell, (places: readonly Place[]) => string>> = { bash, zsh, fish };

function bash(places: readonly Place[]): string {
  return `# rolecall completion for bash: source <(rolecall completion bash)
_rolecall() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD - 1]}" at="" words="" i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "\${at:+$at }\${COMP_WORDS[i]}" in
      ${paths(places, '"')}) at="\${at:+$at }\${COMP_WORDS[i]}" ;;
    esac
  done
  case "\${at:+$at }$prev" in
${lines(valuesOf(places), ({ at, choices }) => `    "${at}") words="${choices.join(' ')}" ;;`)}
    *)
      case "$at" in
${lines(places, ({ path, words, options }) => `        "${path}") words="${[...words.map(({ word }) => word), ...options.map(({ name }) => name)].join(' ')}" ;;`)}
      esac
      ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o default -F _rolecall rolecall
`;
}

function zsh(places: readonly Place[]): string {
  const described = (word: string, description: string) => zshQuoted(`${word.replaceAll(':', '\\:')}:${description}`);
  const offered = ({ words, options }: Place) =>
    [
      ...words.map(({ word, description }) => described(word, description)),
      ...options.map(({ name, description }) => described(name, description)),
    ].join(' ');
  return `#compdef rolecall
# rolecall completion for zsh: source <(rolecall completion zsh)
_rolecall() {
  local at="" i
  local -a offered
  for ((i = 2; i < CURRENT; i++)); do
    case "\${at:+$at }\${words[i]}" in
      ${paths(places, '"')}) at="\${at:+$at }\${words[i]}" ;;
    esac
  done
  case "\${at:+$at }\${words[CURRENT - 1]}" in
${lines(valuesOf(places), ({ at, choices }) => `    "${at}") offered=(${choices.join(' ')}) ;;`)}
    *)
      case "$at" in
${lines(places, (place) => `        "${place.path}") offered=(${offered(place)}) ;;`)}
      esac
      ;;
  esac
  _describe rolecall offered || _files
}
compdef _rolecall rolecall
`;
}

function fish(places: readonly Place[]): string {
  const at = (path: string) => `-n '__rolecall_at "${path}"'`;
  const wordLines = places.flatMap(({ path, words }) =>
    words.map(({ word, description }) => `complete -c rolecall ${at(path)} -a ${word} -d ${fishQuoted(description)}`),
  );
  const optionLines = places.flatMap(({ path, options }) =>
    options.map(({ name, description, takesValue, choices }) => {
      const value = choices.length > 0 ? ` -x -a '${choices.join(' ')}'` : takesValue ? ' -r' : '';
      return `complete -c rolecall ${at(path)} -l ${name.replace(/^--/, '')}${value} -d ${fishQuoted(description)}`;
    }),
  );
  return `# rolecall completion for fish: rolecall completion fish | source
function __rolecall_at
  set -l at ""
  for word in (commandline -opc)[2..]
    switch (string trim -- "$at $word")
      case ${places.flatMap(({ path }) => (path === '' ? [] : [`"${path}"`])).join(' ')}
        set at (string trim -- "$at $word")
    end
  end
  test "$at" = "$argv[1]"
end
${[...wordLines, ...optionLines].join('\n')}
`;
}

/** Each flag that takes one of some words, by the command and the flag. */
function valuesOf(places: readonly Place[]): readonly { readonly at: string; readonly choices: readonly string[] }[] {
  return places.flatMap(({ path, options }) =>
    options
      .filter(({ choices }) => choices.length > 0)
      .map(({ name, choices }) => ({ at: path === '' ? name : `${path} ${name}`, choices })),
  );
}

/** Of every command but the program itself, as a pattern of \`case\`. */
function paths(places: readonly Place[], quote: string): string {
  return places.flatMap(({ path }) => (path === '' ? [] : [quote + path + quote])).join(' | ');
}

function lines<T>(items: readonly T[], line: (item: T) => string): string {
  return items.map(line).join('\n');
}

function zshQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function fishQuoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
