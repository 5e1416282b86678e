import { parseAllDocuments, type Document, type YAMLError } from 'yaml';
import type { Json } from '../document.ts';
import type { SourceFile } from './source-text.ts';
import { readValue, type Place, type YamlFault } from './yaml-value.ts';

/** Bounds of one file, and of a metadata file beside it: far above any real one. */
export const MAX_FILE_BYTES = 1_048_576;
const MAX_FAULTS = 20;

/** One document of a file; `undefined` values are those that YAML could not read. */
export interface YamlDocument {
  readonly value: Json;
  readonly place: Place;
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
  const parsed = parseAllDocuments(file.text, {
    version: '1.2',
    schema: 'core',
    stringKeys: true,
    uniqueKeys: false, // ours names both places, and is not quadratic
    resolveKnownTags: false,
    prettyErrors: false,
    logLevel: 'silent',
  });
  const faults: YamlFault[] = [];
  const documents: YamlDocument[] = [];
  for (const document of Array.isArray(parsed) ? parsed : []) {
    const broken = [...directiveFaults(document), ...syntaxFaults(document.errors)];
    faults.push(...broken);
    if (broken.length > 0 || document.contents === null || isEmpty(document)) continue;
    const { value, place, faults: found } = readValue(document);
    faults.push(...found);
    if (found.every(({ readable }) => readable)) documents.push({ value, place });
  }
  if (documents.length === 0 && faults.length === 0) {
    const suggestion = 'write an organization, or remove the file';
    faults.push({ code: 'no_document', message: 'the file holds no document', suggestion, offset: 0 });
  }
  return { documents, faults: faults.slice(0, MAX_FAULTS) };
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
  if (code === 'RESOURCE_EXHAUSTION') return { code: 'nesting_too_deep', message: 'nested too deep', offset };
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
