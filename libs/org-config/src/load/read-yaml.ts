import { Composer, Lexer, Parser, type CST, type Document, type YAMLError } from 'yaml';
import type { Json } from '../document.ts';
import type { Places } from './places.ts';
import type { SourceFile } from './source-text.ts';
import { readValue, type YamlFault } from './yaml-value.ts';

/** Bounds of one file, and of a metadata file beside it: far above any real one. */
export const MAX_FILE_BYTES = 1_048_576;
const MAX_FAULTS = 20;
const MAX_DOCUMENTS = 1_000;
/** Of open collections, somewhat more than `readValue` allows. */
const MAX_OPEN = 64;

const OPTIONS = {
  version: '1.2',
  schema: 'core',
  stringKeys: true,
  uniqueKeys: false, // ours names both places, and is not quadratic
  resolveKnownTags: false,
  prettyErrors: false,
  logLevel: 'silent',
} as const;

/** One document of a file: a value of JSON, and where its parts stand. */
export interface YamlDocument {
  readonly value: Json;
  readonly places: Places;
}

/**
 * Reads the YAML of a file: version 1.2, core schema, so that `on`, `no` and `012` are not what they were in YAML 1.1.
 * A file is given up where its YAML is broken, since nothing after that is what it seems.
 */
export function readYaml(file: SourceFile): { documents: readonly YamlDocument[]; faults: readonly YamlFault[] } {
  if (file.text.length > MAX_FILE_BYTES || Buffer.byteLength(file.text) > MAX_FILE_BYTES) {
    const message = 'the file is larger than 1 MiB';
    return { documents: [], faults: [{ code: 'file_too_large', message, suggestion: 'split it', offset: 0 }] };
  }
  const faults: YamlFault[] = [];
  const documents: YamlDocument[] = [];
  for (const document of new Composer(OPTIONS).compose(tokens(file.text, faults))) {
    if (faults.length >= MAX_FAULTS) break;
    const broken = [...directiveFaults(document), ...syntaxFaults(document.errors)];
    faults.push(...broken);
    if (broken.length > 0 || document.contents === null || isEmpty(document)) continue;
    if (documents.length === MAX_DOCUMENTS) {
      const message = `the file holds more than ${MAX_DOCUMENTS} documents`;
      faults.push({ code: 'too_many_documents', message, suggestion: 'split it', offset: document.range[0] });
      break;
    }
    const { value, places, faults: found } = readValue(document);
    faults.push(...found.slice(0, MAX_FAULTS));
    if (found.every(({ readable }) => readable)) documents.push({ value, places });
  }
  if (documents.length === 0 && faults.length === 0) {
    const suggestion = 'write an organization, or remove the file';
    faults.push({ code: 'no_document', message: 'the file holds no document', suggestion, offset: 0 });
  }
  return { documents, faults: faults.slice(0, MAX_FAULTS) };
}

/**
 * The tokens of a text, up to where it's nested too deep: composing them is recursive, and a stack that overflows inside
 * of a regular expression ends the process.
 */
function* tokens(text: string, faults: YamlFault[]): Generator<CST.Token> {
  const parser = new Parser();
  for (const lexeme of new Lexer().lex(text)) {
    yield* parser.next(lexeme);
    if (parser.stack.length <= MAX_OPEN) continue;
    faults.push({ code: 'nesting_too_deep', message: 'nested too deep', offset: parser.offset });
    return;
  }
  yield* parser.end();
}

/** Only comments between two `---`. */
function isEmpty({ contents }: Document.Parsed): boolean {
  const range = contents?.range;
  return !contents || (range !== undefined && range !== null && range[0] === range[1] && !contents.tag);
}

/** `%YAML 1.1` would change what scalars mean. */
function directiveFaults({ directives, range }: Document.Parsed): readonly YamlFault[] {
  if (directives.yaml.explicit !== true || directives.yaml.version === '1.2') return [];
  const message = `YAML ${directives.yaml.version} is refused`;
  return [{ code: 'directive_refused', message, suggestion: 'remove the %YAML line', offset: range[0] }];
}

/** The first error of each place; those that follow from it at the same place say nothing new. */
function syntaxFaults(errors: readonly YAMLError[]): readonly YamlFault[] {
  const places = new Set<number>();
  return errors
    .slice(0, MAX_FAULTS)
    .filter(({ pos: [offset] }) => !places.has(offset) && places.add(offset))
    .map(syntaxFault);
}

function syntaxFault({ code, message: text, pos: [offset] }: YAMLError): YamlFault {
  const sentence = SENTENCES[code] ?? text.split('\n', 1)[0] ?? '';
  const message = `${sentence.charAt(0).toLowerCase()}${sentence.slice(1)}`.slice(0, 200);
  return { code: 'yaml_syntax', message, suggestion: HINTS[code], offset };
}

const SENTENCES: Readonly<Partial<Record<YAMLError['code'], string>>> = {
  NON_STRING_KEY: 'a key must be a text',
  BLOCK_AS_IMPLICIT_KEY: 'this is indented deeper than what stands above it allows',
};

const HINTS: Readonly<Partial<Record<YAMLError['code'], string>>> = {
  TAB_AS_INDENT: 'indent with spaces',
  BAD_INDENT: 'check the indentation here and above',
  BLOCK_AS_IMPLICIT_KEY: 'check the indentation here and above',
  MULTILINE_IMPLICIT_KEY: 'check the indentation here and above',
  NON_STRING_KEY: 'write a plain word',
  BAD_ALIAS: 'put the value in quotes',
  BAD_SCALAR_START: 'put the value in quotes',
};
