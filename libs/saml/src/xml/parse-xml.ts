import { SaxesParser } from 'saxes';

import type { SamlErrorCode } from '../error-codes.ts';
import { refuse } from '../errors.ts';
import type { NamespaceDeclaration, XmlAttribute, XmlElement } from './element.ts';
import {
  declarationOf,
  isDeclaration,
  namespaceOf,
  OUTERMOST_SCOPE,
  qNameOf,
  scopeWithin,
  type NamespaceScope,
  type QName,
} from './namespace-scope.ts';

/** What a document may cost. Parsing stops at the first element, attribute or declaration too many. */
export interface XmlLimits {
  readonly elements: number;
  readonly depth: number;
  readonly attributes: number;
  /** Namespace declarations around any one element. */
  readonly namespaces: number;
  /** Messages hold none; published metadata does. */
  readonly comments: 'refuse' | 'skip';
  /** `xmlns=""`, which no SAML document needs. */
  readonly undeclarations: 'refuse' | 'take';
}

/** Limits of a message (rule G2); 1,000 groups fit. */
export const MESSAGE_LIMITS: XmlLimits = {
  elements: 2000,
  depth: 40,
  attributes: 40,
  namespaces: 60,
  comments: 'refuse',
  undeclarations: 'refuse',
};

interface OpenElement extends XmlElement {
  readonly children: OpenElement[];
  readonly content: (OpenElement | string)[];
  text: string;
  readonly depth: number;
  readonly namespaceCount: number;
  readonly scope: NamespaceScope;
}

/** An attribute before its prefix is looked up. */
interface RawAttribute {
  readonly qName: QName;
  readonly value: string;
}

/**
 * Parses a document strictly: well-formed, namespaces checked, UTF-8, no DTD, entity declaration, CDATA or processing
 * instruction, within limits. Only rejects: what it returns is as trusted as the text it was given.
 *
 * @throws SamlError `xml_…` naming what was refused
 */
export function parseXml(text: string, limits: XmlLimits): XmlElement {
  // saxes reads the syntax; names are resolved here, at half the price of its own namespace mode
  const parser = new SaxesParser({ xmlns: false, position: false });
  const qName = rememberingQNames();
  let root: OpenElement | undefined;
  let current: OpenElement | undefined;
  let elements = 0;
  let attributes: RawAttribute[] = [];

  refuseSyntax(parser, limits);
  parser.on('opentagstart', () => {
    attributes = [];
    if (++elements > limits.elements) refuse('xml_too_many_elements', { want: `at most ${limits.elements}` });
    if (current !== undefined && current.depth >= limits.depth)
      refuse('xml_too_deep', { want: `at most ${limits.depth}` });
  });
  parser.on('attribute', ({ name, value }) => {
    if (attributes.push({ qName: qName(name), value }) > limits.attributes)
      refuse('xml_too_many_attributes', { want: `at most ${limits.attributes}` });
  });
  parser.on('opentag', ({ name }) => {
    const element = open(qName(name), attributes, current, limits);
    if (current === undefined) root = element;
    else {
      current.children.push(element);
      current.content.push(element);
    }
    current = element;
  });
  parser.on('text', (chunk) => {
    current?.content.push(chunk);
    if (current !== undefined) current.text += chunk;
  });
  parser.on('closetag', () => {
    current = current?.parent as OpenElement | undefined;
  });

  parser.write(text).close();
  return root ?? refuse('xml_malformed');
}

/** Names repeat: each is split and checked once per document. */
function rememberingQNames(): (name: string) => QName {
  const known = new Map<string, QName>();
  return (name) => {
    const before = known.get(name);
    if (before !== undefined) return before;
    const qName = qNameOf(name);
    known.set(name, qName);
    return qName;
  };
}

function refuseSyntax(parser: SaxesParser<{ xmlns: false }>, limits: XmlLimits): void {
  const refuses = (code: SamlErrorCode) => () => refuse(code);
  parser.on('error', (error) => refuse('xml_malformed', { got: error.message }));
  parser.on('doctype', refuses('xml_doctype'));
  parser.on('cdata', refuses('xml_cdata'));
  parser.on('processinginstruction', refuses('xml_processing_instruction'));
  if (limits.comments === 'refuse') parser.on('comment', refuses('xml_comment'));
  parser.on('xmldecl', ({ version, encoding }) => {
    if (version !== '1.0') refuse('xml_malformed', { got: `XML ${version}`, want: 'XML 1.0' });
    if (encoding !== undefined && encoding.toUpperCase() !== 'UTF-8')
      refuse('xml_encoding', { got: encoding, want: 'UTF-8' });
  });
}

function open(
  { name, prefix, local }: QName,
  rawAttributes: readonly RawAttribute[],
  parent: OpenElement | undefined,
  limits: XmlLimits,
): OpenElement {
  const around = parent?.scope ?? OUTERMOST_SCOPE;
  const declarations = rawAttributes.some(({ qName }) => isDeclaration(qName))
    ? declarationsAmong(rawAttributes, limits)
    : NO_DECLARATIONS;
  const namespaceCount = (parent?.namespaceCount ?? 0) + declarations.length;
  if (namespaceCount > limits.namespaces) refuse('xml_too_many_namespaces', { want: `at most ${limits.namespaces}` });
  const scope = scopeWithin(around, declarations);
  const writtenAttributes =
    rawAttributes.length === declarations.length ? NO_ATTRIBUTES : resolved(rawAttributes, scope);
  return {
    name,
    prefix,
    namespace: namespaceOf(prefix, name, scope),
    localName: local,
    attributes: writtenAttributes.length === 0 ? NOTHING : byExpandedName(writtenAttributes),
    writtenAttributes,
    declarations,
    children: [],
    content: [],
    text: '',
    parent,
    depth: (parent?.depth ?? 0) + 1,
    namespaceCount,
    scope,
  };
}

const NO_DECLARATIONS: readonly NamespaceDeclaration[] = [];
const NO_ATTRIBUTES: readonly XmlAttribute[] = [];
const NOTHING: ReadonlyMap<string, string> = new Map();

function declarationsAmong(rawAttributes: readonly RawAttribute[], limits: XmlLimits): readonly NamespaceDeclaration[] {
  return rawAttributes
    .filter(({ qName }) => isDeclaration(qName))
    .map(({ qName, value }) => declarationOf(qName, value, limits.undeclarations));
}

/** The attributes that declare nothing, with their namespaces. */
function resolved(rawAttributes: readonly RawAttribute[], scope: NamespaceScope): readonly XmlAttribute[] {
  const attributes: XmlAttribute[] = [];
  for (const { qName, value } of rawAttributes) {
    if (isDeclaration(qName)) continue;
    const { name, prefix, local } = qName;
    // canonicalizers that look only at the first five letters drop such an attribute from what is signed (M19)
    if (qName.beginsWithXmlns) refuse('xml_attribute_name', { got: name });
    attributes.push({ name, prefix, local, uri: prefix === '' ? '' : namespaceOf(prefix, name, scope), value });
  }
  return attributes;
}

/** Each expanded name once (Namespaces in XML 6.3). */
function byExpandedName(attributes: readonly XmlAttribute[]): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const { name, prefix, uri, local, value } of attributes) {
    const key = prefix === '' ? local : `{${uri}}${local}`;
    if (values.has(key)) refuse('xml_malformed', { got: `duplicate attribute ${name}` });
    values.set(key, value);
  }
  return values;
}
