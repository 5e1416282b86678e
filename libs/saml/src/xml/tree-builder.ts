import { refuse } from '../errors.ts';
import type { NamespaceDeclaration, XmlAttribute, XmlElement } from './element.ts';
import {
  declarationOf,
  isDeclaration,
  namespaceOf,
  OUTERMOST_SCOPE,
  scopeWithin,
  type NamespaceScope,
  type QName,
} from './namespace-scope.ts';
import type { XmlEvents } from './scan-xml.ts';

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
 * Makes the tree of a document from what its scan tells: resolves prefixes, holds expanded names apart and keeps the limits.
 * Every method throws SamlError `xml_…` for what it refuses.
 */
export class TreeBuilder implements XmlEvents {
  root: XmlElement | undefined;
  private current: OpenElement | undefined;
  private elements = 0;
  private tag: QName | undefined;
  private attributes: RawAttribute[] = [];

  constructor(private readonly limits: XmlLimits) {}

  openTag(name: QName): void {
    const { elements, depth } = this.limits;
    if (++this.elements > elements) refuse('xml_too_many_elements', { want: `at most ${elements}` });
    if (this.current !== undefined && this.current.depth >= depth) refuse('xml_too_deep', { want: `at most ${depth}` });
    this.tag = name;
    this.attributes = [];
  }

  attribute(qName: QName, value: string): void {
    const { attributes } = this.limits;
    if (this.attributes.push({ qName, value }) > attributes)
      refuse('xml_too_many_attributes', { want: `at most ${attributes}` });
  }

  openTagEnd(): void {
    const element = open(this.tag ?? refuse('xml_malformed'), this.attributes, this.current, this.limits);
    if (this.current === undefined) this.root = element;
    else {
      this.current.children.push(element);
      this.current.content.push(element);
    }
    this.current = element;
  }

  text(text: string): void {
    if (this.current === undefined) return;
    this.current.content.push(text);
    this.current.text += text;
  }

  closeTag(): void {
    this.current = this.current?.parent as OpenElement | undefined;
  }
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
  const declarations: NamespaceDeclaration[] = [];
  for (const { qName, value } of rawAttributes) {
    if (!isDeclaration(qName)) continue;
    const declaration = declarationOf(qName, value, limits.undeclarations);
    if (declarations.some(({ prefix }) => prefix === declaration.prefix))
      refuse('xml_malformed', { got: `duplicate attribute ${qName.name}` });
    declarations.push(declaration);
  }
  return declarations;
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
