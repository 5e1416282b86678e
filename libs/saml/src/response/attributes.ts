import { refuse } from '../errors.ts';
import { childrenOf, type XmlElement } from '../xml/element.ts';
import { NS } from '../xml/namespaces.ts';
import type { Exchange } from './exchange.ts';

/** Names that mean something to JavaScript objects; no directory uses them (ASVS 15.3.6). */
const FORBIDDEN_NAMES = new Set(['__proto__', 'constructor', 'prototype']);

/** Core 2.7.3.1: every Attribute has a usable Name. */
export function attributesAreNamed({ assertion }: Exchange): void {
  for (const attribute of attributeElements(assertion)) {
    const name = attribute.attributes.get('Name') ?? '';
    if (name.trim() === '') refuse('attribute_name_missing', { got: attribute.attributes.get('FriendlyName') });
    if (FORBIDDEN_NAMES.has(name)) refuse('attribute_name_forbidden', { got: name });
  }
}

/**
 * Attribute values by Name: duplicate names merged (Keycloak repeats them), values in document order, an Attribute
 * without values is present and empty. FriendlyName and NameFormat never count (IIP-SP11). Encrypted attributes and
 * values that are XML are left out, save a NameID (eduPersonTargetedID), which is its text.
 */
export function attributesOf(assertion: XmlElement): ReadonlyMap<string, readonly string[]> {
  const attributes = new Map<string, string[]>();
  for (const attribute of attributeElements(assertion)) {
    const name = attribute.attributes.get('Name') ?? '';
    const values = attributes.get(name) ?? [];
    attributes.set(name, values);
    values.push(...childrenOf(attribute, NS.assertion, 'AttributeValue').flatMap(textValue));
  }
  return attributes;
}

function attributeElements(assertion: XmlElement): readonly XmlElement[] {
  return childrenOf(assertion, NS.assertion, 'AttributeStatement').flatMap((statement) =>
    childrenOf(statement, NS.assertion, 'Attribute'),
  );
}

const NIL = '{http://www.w3.org/2001/XMLSchema-instance}nil';

function textValue(value: XmlElement): readonly string[] {
  if (value.children.length === 0) return ['true', '1'].includes(value.attributes.get(NIL) ?? '') ? [] : [value.text];
  const nameIds = childrenOf(value, NS.assertion, 'NameID');
  const isOneNameId = nameIds.length === 1 && value.children.length === 1 && value.text.trim() === '';
  return isOneNameId ? nameIds.filter(({ children }) => children.length === 0).map(({ text }) => text) : [];
}
