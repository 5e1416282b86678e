/** An element of a strictly parsed document. Plain data: says nothing of whether the bytes were signed. */
export interface XmlElement {
  readonly namespace: string;
  readonly localName: string;
  /** Without namespace declarations. Key: the name, or `{namespace}name` for a prefixed attribute. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** The element's own text, without that of its children. */
  readonly text: string;
  readonly parent: XmlElement | undefined;
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
export function* selfAndDescendants(element: XmlElement): Generator<XmlElement> {
  yield element;
  for (const child of element.children) yield* selfAndDescendants(child);
}
