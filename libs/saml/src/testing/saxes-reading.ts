import { SaxesParser, type SaxesAttributeNS } from 'saxes';

import type { XmlElement } from '../xml/element.ts';

/** All of a document that a reader or canonicalization can see; texts in one piece. */
export interface Reading {
  readonly name: string;
  readonly expandedName: string;
  /** Name, expanded name and value, in document order. */
  readonly attributes: readonly (readonly [string, string, string])[];
  readonly declarations: readonly (readonly [prefix: string, uri: string])[];
  readonly content: (Reading | string)[];
}

/** Characters of names that begin none: saxes lets local names begin with them, Namespaces in XML 4 does not. */
const BEGINS_NO_NAME = /^[\u0300-\u036F\u00B7\u203F\u2040\-.0-9]/u;

const expanded = (uri: string, local: string): string => `{${uri}}${local}`;

/**
 * What saxes reads, in its own namespace mode and with a tree made apart from ours: the oracle of `parseXml`.
 *
 * @returns undefined for a document that saxes refuses, or that holds what `parseXml` refuses by rule
 */
export function saxesReading(text: string, comments: 'refuse' | 'skip'): Reading | undefined {
  const parser = new SaxesParser({ xmlns: true });
  const open: Reading[] = [];
  let root: Reading | undefined;
  let isRefused = false;
  const refuse = (): void => {
    isRefused = true;
  };
  parser.on('error', refuse);
  parser.on('doctype', refuse);
  parser.on('cdata', refuse);
  parser.on('processinginstruction', refuse);
  if (comments === 'refuse') parser.on('comment', refuse);
  parser.on('xmldecl', ({ version, encoding }) => {
    if (version !== '1.0' || (encoding ?? 'utf-8').toLowerCase() !== 'utf-8') refuse();
  });
  parser.on('opentag', ({ name, uri, local, attributes }) => {
    const all = Object.values(attributes) as SaxesAttributeNS[];
    if ([local, ...all.map((one) => one.local)].some((one) => BEGINS_NO_NAME.test(one))) refuse();
    const isDeclaration = (one: SaxesAttributeNS) => one.prefix === 'xmlns' || one.name === 'xmlns';
    const reading: Reading = {
      name,
      expandedName: expanded(uri, local),
      attributes: all
        .filter((one) => !isDeclaration(one))
        .map((one) => [one.name, expanded(one.uri, one.local), one.value]),
      declarations: all.filter(isDeclaration).map((one) => [one.name.slice('xmlns:'.length), one.value]),
      content: [],
    };
    if (open.length === 0) root = reading;
    else open.at(-1)?.content.push(reading);
    open.push(reading);
  });
  parser.on('text', (piece) => {
    const content = open.at(-1)?.content;
    if (content !== undefined) addText(content, piece);
  });
  parser.on('closetag', () => open.pop());
  try {
    parser.write(text).close();
  } catch {
    return undefined; // saxes' tree of open elements after an end tag too many
  }
  return isRefused ? undefined : root;
}

/** The same of a tree of `parseXml`. */
export function readingOf(element: XmlElement): Reading {
  const content: (Reading | string)[] = [];
  for (const part of element.content) {
    if (typeof part === 'string') addText(content, part);
    else content.push(readingOf(part));
  }
  return {
    name: element.name,
    expandedName: expanded(element.namespace, element.localName),
    attributes: element.writtenAttributes.map(({ name, uri, local, value }) => [name, expanded(uri, local), value]),
    declarations: element.declarations.map(({ prefix, uri }) => [prefix, uri]),
    content,
  };
}

function addText(content: (Reading | string)[], piece: string): void {
  const last = content.at(-1);
  if (typeof last === 'string') content[content.length - 1] = last + piece;
  else if (piece !== '') content.push(piece);
}
