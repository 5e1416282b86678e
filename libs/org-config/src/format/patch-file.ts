import { isMap, isScalar, isSeq, parseAllDocuments, stringify, type Document, type YAMLSeq } from 'yaml';
import type { Json } from '../document.ts';
import { keysOf } from '../json.ts';
import type { SourceFile } from '../load/source-text.ts';
import { keepLines } from './keep-lines.ts';

/** One part of a document that gets another value. */
export interface FileEdit {
  /** `metadata.name` of the document. */
  readonly organization: string;
  /** JSON pointer; entries of lists whose entries have a `name` are meant by it. */
  readonly pointer: string;
  /** undefined = the part goes. */
  readonly value: Json | undefined;
}

const READING = {
  version: '1.2',
  schema: 'core',
  stringKeys: true,
  logLevel: 'silent',
  keepSourceTokens: true,
} as const;
const PRINTING = { lineWidth: 0, flowCollectionPadding: true } as const;

/**
 * The text of a file with some parts of its documents set otherwise. Comments, order and spelling of everything else stay. Whoever calls compares what the result says with what it should say.
 * @returns undefined when a part cannot be set, such as one behind an alias
 */
export function patchFile(file: SourceFile, edits: readonly FileEdit[]): string | undefined {
  const { text, others } = withScalarsSet(file.text, edits);
  return others.length === 0 ? text : printedAnew(text, others);
}

/** Sets each scalar that gets another scalar in its very place: nothing around it can change by that. */
function withScalarsSet(text: string, edits: readonly FileEdit[]) {
  const documents = parseAllDocuments(text, READING) as Document.Parsed[];
  const others: FileEdit[] = [];
  const splices: { readonly start: number; readonly end: number; readonly value: string }[] = [];
  for (const edit of edits) {
    const node = documents.find((one) => one.errors.length === 0 && isOf(edit, one))?.getIn(keysOf(edit.pointer), true);
    const [start = 0, end = 0] = isScalar(node) && !node.anchor ? (node.range ?? []) : [];
    const value = oneLine(edit.value);
    const isPlain = end > start && value !== undefined && !text.slice(start, end).includes('\n');
    if (isPlain) splices.push({ start, end, value });
    else others.push(edit);
  }
  splices.sort((a, b) => b.start - a.start);
  const spliced = splices.reduce((so, { start, end, value }) => so.slice(0, start) + value + so.slice(end), text);
  return { text: spliced, others };
}

/** A scalar as it may stand anywhere, in a flow collection too; undefined for what is none. */
function oneLine(value: Json | undefined): string | undefined {
  if (typeof value === 'boolean' || typeof value === 'number') return String(value);
  if (typeof value !== 'string') return undefined;
  const inFlow = stringify([value], { ...PRINTING, collectionStyle: 'flow' });
  return inFlow.trim().slice(1, -1).trim();
}

/** By the printer, for entries that come and go. */
function printedAnew(text: string, edits: readonly FileEdit[]): string | undefined {
  const documents = parseAllDocuments(text, READING) as Document.Parsed[];
  if (documents.some(({ errors }) => errors.length > 0)) return undefined;
  try {
    const print = () => documents.map((document) => document.toString(PRINTING)).join('');
    const unchanged = print();
    for (const edit of edits) {
      const document = documents.find((one) => isOf(edit, one));
      if (document === undefined) return undefined;
      patch(document, edit);
    }
    return keepLines(text, unchanged, print());
  } catch {
    return undefined;
  }
}

/** A template may have the name of an organization. */
function isOf({ organization }: FileEdit, document: Document.Parsed): boolean {
  return document.getIn(['kind']) !== 'OrganizationTemplate' && document.getIn(['metadata', 'name']) === organization;
}

function patch(document: Document.Parsed, { pointer, value }: FileEdit): void {
  const path: (string | number)[] = [];
  for (const key of keysOf(pointer)) {
    const at = document.getIn(path, true);
    path.push(isSeq(at) ? indexOf(at, key) : key);
  }
  if (isOrder(document.getIn(path, true), value))
    reorder(document.getIn(path, true) as YAMLSeq, value as readonly string[]);
  else if (value === undefined) document.deleteIn(path);
  else document.setIn(path, document.createNode(value, { aliasDuplicateObjects: false }));
}

/** Of the entry of that name; behind the last one when there is none. */
function indexOf(list: YAMLSeq, name: string): number {
  const index = list.items.findIndex((item) => isMap(item) && item.get('name') === name);
  return index < 0 ? list.items.length : index;
}

/** A list of names in the place of a list of entries is their order. */
function isOrder(node: unknown, value: Json | undefined): boolean {
  if (!isSeq(node) || !Array.isArray(value) || value.length === 0) return false;
  return (
    node.items.every((item) => isMap(item)) &&
    value.every((name) => typeof name === 'string') &&
    !isScalar(node.items[0])
  );
}

function reorder(list: YAMLSeq, names: readonly string[]): void {
  const rank = (item: unknown) => (isMap(item) ? names.indexOf(String(item.get('name'))) : -1);
  list.items.sort((a, b) => rank(a) - rank(b));
}
