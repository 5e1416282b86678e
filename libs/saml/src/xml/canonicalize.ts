import { byCodePoint } from './code-points.ts';
import type { NamespaceDeclaration, XmlAttribute, XmlElement } from './element.ts';

/** What of a subtree is canonicalized, and how. */
export interface Canonicalization {
  /** Left out with all that it holds: the Signature, for the enveloped-signature transform (XMLDSig 1.1 6.6.4). */
  readonly without?: XmlElement;
  /** InclusiveNamespaces PrefixList: these are written whether used or not; `#default` = the default namespace. */
  readonly inclusivePrefixes?: readonly string[];
}

/** The prefix -> namespace that the output has declared around an element. */
type Rendered = ReadonlyMap<string, string>;

/** Nothing is declared, which is the same as `xmlns=""` (exc-c14n 3, step 3.2). */
const NOTHING_RENDERED: Rendered = new Map([['', '']]);

/**
 * Exclusive XML Canonicalization 1.0 without comments (W3C exc-c14n 3, over C14N 1.0 2.3) of the element and what it
 * holds, in its own namespace context: what is around it never shows, save the namespaces that its names use.
 *
 * It works on the tree that everything else reads, so that what is digested is what is read. The form tells apart any two
 * subtrees that differ in an expanded name, an attribute, a text or their order; `canonicalize.property.spec.ts` shows it.
 */
export function canonicalize(apex: XmlElement, options: Canonicalization = {}): string {
  const inclusive = new Set((options.inclusivePrefixes ?? []).map((prefix) => (prefix === '#default' ? '' : prefix)));
  const write = (element: XmlElement, around: Rendered, offered: readonly NamespaceDeclaration[]): string => {
    const namespaces = namespacesToWrite(element, around, offered);
    const rendered = namespaces.length === 0 ? around : within(around, namespaces);
    let text = `<${element.name}`;
    for (const { prefix, uri } of namespaces)
      text += ` ${prefix === '' ? 'xmlns' : `xmlns:${prefix}`}="${escapeAttribute(uri)}"`;
    for (const { name, value } of inOrder(element.writtenAttributes)) text += ` ${name}="${escapeAttribute(value)}"`;
    text += '>';
    for (const part of element.content) {
      if (typeof part === 'string') text += escapeText(part);
      else if (part !== options.without) text += write(part, rendered, amongThem(part.declarations, inclusive));
    }
    return `${text}</${element.name}>`;
  };
  return write(apex, NOTHING_RENDERED, inScope(apex, inclusive));
}

/**
 * The declarations that an element needs and the output has not made (exc-c14n 3): of the prefixes that its names use
 * (visibly utilized, 1.1) and of those that the PrefixList offers; sorted by prefix, the default namespace first.
 */
function namespacesToWrite(
  element: XmlElement,
  around: Rendered,
  offered: readonly NamespaceDeclaration[],
): readonly NamespaceDeclaration[] {
  const missing: NamespaceDeclaration[] = [];
  const need = (prefix: string, uri: string): void => {
    if (around.get(prefix) === uri || prefix === 'xml' || missing.some((other) => other.prefix === prefix)) return;
    missing.push({ prefix, uri });
  };
  need(element.prefix, element.namespace);
  for (const attribute of element.writtenAttributes) if (attribute.prefix !== '') need(attribute.prefix, attribute.uri);
  for (const { prefix, uri } of offered) need(prefix, uri);
  return missing.length < 2 ? missing : missing.toSorted((one, other) => byCodePoint(one.prefix, other.prefix));
}

/** The PrefixList's namespaces where canonicalization begins, declared there or around it. */
function inScope(apex: XmlElement, prefixes: ReadonlySet<string>): readonly NamespaceDeclaration[] {
  const found = new Map<string, NamespaceDeclaration>();
  for (let element: XmlElement | undefined = apex; element !== undefined; element = element.parent)
    for (const declaration of amongThem(element.declarations, prefixes))
      if (!found.has(declaration.prefix)) found.set(declaration.prefix, declaration);
  return [...found.values()];
}

const NONE: readonly NamespaceDeclaration[] = [];

function amongThem(
  declarations: readonly NamespaceDeclaration[],
  prefixes: ReadonlySet<string>,
): readonly NamespaceDeclaration[] {
  if (declarations.length === 0 || prefixes.size === 0) return NONE;
  return declarations.filter(({ prefix }) => prefixes.has(prefix));
}

function within(around: Rendered, namespaces: readonly NamespaceDeclaration[]): Rendered {
  const rendered = new Map(around);
  for (const { prefix, uri } of namespaces) rendered.set(prefix, uri);
  return rendered;
}

/** By namespace name, then by local name; those without namespace first (C14N 1.0 2.2). */
function inOrder(attributes: readonly XmlAttribute[]): readonly XmlAttribute[] {
  if (attributes.length < 2) return attributes;
  return attributes.toSorted((one, other) => byCodePoint(one.uri, other.uri) || byCodePoint(one.local, other.local));
}

/** C14N 1.0 2.3, text nodes. */
function escapeText(text: string): string {
  return /[&<>\r]/.test(text) ? text.replace(/[&<>\r]/g, (character) => REFERENCES[character] ?? '') : text;
}

/** C14N 1.0 2.3, attribute nodes; white space that is left after normalization was written as a reference. */
function escapeAttribute(value: string): string {
  return /[&<"\t\n\r]/.test(value) ? value.replace(/[&<"\t\n\r]/g, (character) => REFERENCES[character] ?? '') : value;
}

const REFERENCES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#x9;',
  '\n': '&#xA;',
  '\r': '&#xD;',
};
