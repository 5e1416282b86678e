/** An element of a strictly parsed document. Plain data: says nothing of whether the bytes were signed. */
export interface XmlElement {
  /** As written, with prefix. Only canonicalization needs it: prefixes never say what an element is. */
  readonly name: string;
  readonly prefix: string;
  readonly namespace: string;
  readonly localName: string;
  /** Without namespace declarations. Key: the name, or `{namespace}name` for a prefixed attribute. */
  readonly attributes: ReadonlyMap<string, string>;
  /** The same attributes as written, in document order. */
  readonly writtenAttributes: readonly XmlAttribute[];
  /** The namespace declarations that this element bears itself. */
  readonly declarations: readonly NamespaceDeclaration[];
  readonly children: readonly XmlElement[];
  /** The element's own text, without that of its children. */
  readonly text: string;
  /** The children and the pieces of the text between them, in document order. */
  readonly content: readonly (XmlElement | string)[];
  readonly parent: XmlElement | undefined;
}

/** An attribute with its expanded name; `uri` is empty without prefix (Namespaces in XML 6.2). */
export interface XmlAttribute {
  readonly name: string;
  readonly prefix: string;
  readonly local: string;
  readonly uri: string;
  readonly value: string;
}

/** `xmlns:prefix="uri"`; the default namespace has the empty prefix. */
export interface NamespaceDeclaration {
  readonly prefix: string;
  readonly uri: string;
}

/** True if the element has this expanded name. Prefixes never matter, local names alone never suffice. */
export function isElement(element: XmlElement | undefined, namespace: string, localName: string): boolean {
  return element?.namespace === namespace && element.localName === localName;
}

/** The child elements with this expanded name, in document order. */
export function childrenOf(parent: XmlElement, namespace: string, localName: string): readonly XmlElement[] {
  return parent.children.filter((child) => isElement(child, namespace, localName));
}

/** The element and all that it holds, in document order. Recursion is bounded by the parser's depth limit. */
export function selfAndDescendants(element: XmlElement): readonly XmlElement[] {
  const all: XmlElement[] = [];
  const collect = (one: XmlElement): void => {
    all.push(one);
    one.children.forEach(collect);
  };
  collect(element);
  return all;
}
