import { refuse } from '../errors.ts';
import type { NamespaceDeclaration } from './element.ts';
import { NS } from './namespaces.ts';

/** The namespaces that are declared around a place of a document: prefix -> name, the default namespace under ''. */
export type NamespaceScope = ReadonlyMap<string, string>;

/** Around the root: no default namespace, and the prefix `xml`, which is always bound (Namespaces in XML 3). */
export const OUTERMOST_SCOPE: NamespaceScope = new Map([
  ['', ''],
  ['xml', NS.xml],
]);

/** A name as written, in its two parts. */
export interface QName {
  readonly name: string;
  readonly prefix: string;
  readonly local: string;
  /** In whatever case: only namespace declarations may. */
  readonly beginsWithXmlns: boolean;
}

const NAME_START =
  ':A-Z_a-z\\u00C0-\\u00D6\\u00D8-\\u00F6\\u00F8-\\u02FF\\u0370-\\u037D\\u037F-\\u1FFF\\u200C\\u200D\\u2070-\\u218F\\u2C00-\\u2FEF\\u3001-\\uD7FF\\uF900-\\uFDCF\\uFDF0-\\uFFFD\\u{10000}-\\u{EFFFF}';
/** XML 2.3, Name. */
const NAME = new RegExp(`^[${NAME_START}][${NAME_START}\\-.0-9\\u00B7\\u0300-\\u036F\\u203F\\u2040]*$`, 'u');

/** Splits a name at its colon (Namespaces in XML 4). @throws SamlError `xml_malformed` if it is no Name and QName */
export function qNameOf(name: string): QName {
  if (!NAME.test(name)) refuse('xml_malformed', { got: `name ${name}` });
  const colon = name.indexOf(':');
  const beginsWithXmlns = /^xmlns/i.test(name);
  if (colon < 0) return { name, prefix: '', local: name, beginsWithXmlns };
  const prefix = name.slice(0, colon);
  const local = name.slice(colon + 1);
  if (prefix === '' || !NAME.test(local) || local.includes(':')) refuse('xml_malformed', { got: name });
  return { name, prefix, local, beginsWithXmlns };
}

/** The namespace that a prefix stands for. @throws SamlError `xml_malformed` if nothing around declares it */
export function namespaceOf(prefix: string, name: string, scope: NamespaceScope): string {
  return scope.get(prefix) ?? refuse('xml_malformed', { got: `unbound prefix of ${name}` });
}

/** The scope within an element that declares these. */
export function scopeWithin(around: NamespaceScope, declarations: readonly NamespaceDeclaration[]): NamespaceScope {
  if (declarations.length === 0) return around;
  const scope = new Map(around);
  for (const { prefix, uri } of declarations) scope.set(prefix, uri);
  return scope;
}

const ABSOLUTE_NAMESPACE = /^[A-Za-z][A-Za-z0-9+.-]*:[^\s"'<>&]+$/;
const RESERVED_PREFIXES: ReadonlySet<string> = new Set(['xml', 'xmlns']);
const RESERVED_NAMESPACES: ReadonlySet<string> = new Set([NS.xml, NS.xmlns]);

/** True for `xmlns` and `xmlns:prefix` (Namespaces in XML 3). */
export function isDeclaration({ name, prefix }: QName): boolean {
  return prefix === 'xmlns' || name === 'xmlns';
}

/**
 * Reads a namespace declaration: an absolute name without white space or quotes, nothing of what XML reserves
 * (Namespaces in XML 3; stricter, since it refuses `xmlns:xml` also where it changes nothing).
 *
 * @throws SamlError `xml_namespace`
 */
export function declarationOf(
  { name, prefix, local }: QName,
  uri: string,
  undeclarations: 'refuse' | 'take',
): NamespaceDeclaration {
  const declared = prefix === '' ? '' : local;
  const isReserved = RESERVED_PREFIXES.has(declared) || RESERVED_NAMESPACES.has(uri);
  const undeclares = declared === '' && uri === '' && undeclarations === 'take';
  if (isReserved || (!undeclares && !ABSOLUTE_NAMESPACE.test(uri))) refuse('xml_namespace', { got: `${name}=${uri}` });
  return { prefix: declared, uri };
}
