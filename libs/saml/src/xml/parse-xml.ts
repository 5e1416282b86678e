import { SaxesParser, type SaxesAttributeNS, type SaxesTagNS } from 'saxes';

import type { SamlErrorCode } from '../error-codes.ts';
import { refuse } from '../errors.ts';
import type { XmlElement } from './element.ts';

/** What a document may cost. Parsing stops at the first element, attribute or declaration too many. */
export interface XmlLimits {
  readonly elements: number;
  readonly depth: number;
  readonly attributes: number;
  /** Namespace declarations around any one element. */
  readonly namespaces: number;
  /** Messages hold none; published metadata does. */
  readonly comments: 'refuse' | 'skip';
}

/** Limits of a message (rule G2); 1,000 groups fit. */
export const MESSAGE_LIMITS: XmlLimits = {
  elements: 2000,
  depth: 40,
  attributes: 40,
  namespaces: 60,
  comments: 'refuse',
};

interface OpenElement extends XmlElement {
  readonly attributes: Map<string, string>;
  readonly children: OpenElement[];
  text: string;
  readonly depth: number;
  readonly namespaceCount: number;
}

const ABSOLUTE_NAMESPACE = /^[A-Za-z][A-Za-z0-9+.-]*:[^\s"'<>&]+$/;

/**
 * Parses a document strictly: well-formed, namespaces checked, UTF-8, no DTD, entity declaration, CDATA or processing
 * instruction, within limits. Only rejects: what it returns is as trusted as the text it was given.
 *
 * @throws SamlError `xml_…` naming what was refused
 */
export function parseXml(text: string, limits: XmlLimits): XmlElement {
  const parser = new SaxesParser({ xmlns: true, position: false });
  let root: OpenElement | undefined;
  let current: OpenElement | undefined;
  let elements = 0;
  let attributes = 0;

  refuseSyntax(parser, limits);
  parser.on('opentagstart', () => {
    attributes = 0;
    if (++elements > limits.elements) refuse('xml_too_many_elements', { want: `at most ${limits.elements}` });
    if (current !== undefined && current.depth >= limits.depth)
      refuse('xml_too_deep', { want: `at most ${limits.depth}` });
  });
  parser.on('attribute', () => {
    if (++attributes > limits.attributes) refuse('xml_too_many_attributes', { want: `at most ${limits.attributes}` });
  });
  parser.on('opentag', (tag) => {
    const element = open(tag, current, limits);
    if (current === undefined) root = element;
    else current.children.push(element);
    current = element;
  });
  parser.on('text', (chunk) => {
    if (current !== undefined) current.text += chunk;
  });
  parser.on('closetag', () => {
    current = current?.parent as OpenElement | undefined;
  });

  parser.write(text).close();
  return root ?? refuse('xml_malformed');
}

function refuseSyntax(parser: SaxesParser<{ xmlns: true }>, limits: XmlLimits): void {
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

function open(tag: SaxesTagNS, parent: OpenElement | undefined, limits: XmlLimits): OpenElement {
  const attributes = new Map<string, string>();
  let namespaceCount = parent?.namespaceCount ?? 0;
  for (const attribute of Object.values(tag.attributes)) {
    if (isNamespaceDeclaration(attribute)) {
      namespaceCount += 1;
      if (!ABSOLUTE_NAMESPACE.test(attribute.value)) refuse('xml_namespace', { got: attribute.value });
    } else {
      // canonicalizers that look only at the first five letters drop such an attribute from what is signed (M19)
      if (attribute.name.toLowerCase().startsWith('xmlns')) refuse('xml_attribute_name', { got: attribute.name });
      attributes.set(
        attribute.prefix === '' ? attribute.local : `{${attribute.uri}}${attribute.local}`,
        attribute.value,
      );
    }
  }
  if (namespaceCount > limits.namespaces) refuse('xml_too_many_namespaces', { want: `at most ${limits.namespaces}` });
  return {
    namespace: tag.uri,
    localName: tag.local,
    attributes,
    children: [],
    text: '',
    parent,
    depth: (parent?.depth ?? 0) + 1,
    namespaceCount,
  };
}

function isNamespaceDeclaration(attribute: SaxesAttributeNS): boolean {
  return attribute.name === 'xmlns' || attribute.prefix === 'xmlns';
}
