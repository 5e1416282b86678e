import { refuse } from '../errors.ts';
import type { XmlElement } from './element.ts';
import { scanXml } from './scan-xml.ts';
import { TreeBuilder, type XmlLimits } from './tree-builder.ts';

export type { XmlLimits } from './tree-builder.ts';

/** Limits of a message (rule G2); 1,000 groups fit. */
export const MESSAGE_LIMITS: XmlLimits = {
  elements: 2000,
  depth: 40,
  attributes: 40,
  namespaces: 60,
  comments: 'refuse',
  undeclarations: 'refuse',
};

/**
 * Parses a document strictly: well-formed, namespaces checked, UTF-8, no DTD, entity declaration, CDATA or processing
 * instruction, within limits. Only rejects: what it returns is as trusted as the text it was given.
 *
 * @throws SamlError `xml_…` naming what was refused
 */
export function parseXml(text: string, limits: XmlLimits): XmlElement {
  const tree = new TreeBuilder(limits);
  scanXml(text, tree, limits.comments);
  return tree.root ?? refuse('xml_malformed');
}
