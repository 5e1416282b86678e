import { createHash } from 'node:crypto';
import type { Json, OrganizationDocument } from '../document.ts';
import { emptyMap, isMap } from '../json.ts';
import type { PlatformDocument } from '../platform-document.ts';
import type { JsonSchema } from '../schema/json-schema.ts';
import { organizationSchema } from '../schema/organization-schema.ts';
import { platformSchema } from '../schema/platform-schema.ts';
import { canonicalJson } from './canonical-json.ts';

/**
 * The form in which documents are compared, stored and sent: sets of scalars sorted, metadata XML without the accidents of
 * line ends and outer white space, sealed values likewise, nothing added (defaults are `effective()`'s). The order of rules and of tests stays.
 * Idempotent. Every object of the result is without prototype.
 * @param document a valid document: `loadDocuments` or `checkDocument` found nothing wrong with it
 */
export function normalize(document: OrganizationDocument): OrganizationDocument {
  return sorted(organizationSchema, document as unknown as Json) as unknown as OrganizationDocument;
}

/** The same for the document of the deployment. */
export function normalizePlatform(document: PlatformDocument): PlatformDocument {
  return sorted(platformSchema, document as unknown as Json) as unknown as PlatformDocument;
}

/** sha256 (hex) of the document's meaning: files that differ in comments, style, key order or order in sets have one digest. */
export function documentDigest(document: OrganizationDocument): string {
  return digestOfNormalized(normalize(document));
}

/** `documentDigest` of a document that is normalized already. */
export function digestOfNormalized(document: OrganizationDocument | PlatformDocument): string {
  return createHash('sha256')
    .update(canonicalJson(document as unknown as Json))
    .digest('hex');
}

function sorted(schema: JsonSchema, value: Json): Json {
  const at = resolve(schema, value);
  if (Array.isArray(value)) {
    const items = (value as readonly Json[]).map((item) => (at.items ? sorted(at.items, item) : item));
    return at.uniqueItems ? items.sort(byCodeUnits) : items;
  }
  if (isMap(value)) {
    const map = emptyMap();
    for (const [key, entry] of Object.entries(value)) {
      if (entry === undefined) continue;
      map[key] = sorted(memberSchema(at, key), entry);
    }
    return map;
  }
  return TEXTS.has(at) && typeof value === 'string' ? value.replaceAll('\r\n', '\n').trim() : value;
}

/** Sorts the items of a set, which are strings (the schema says so), as RFC 8785 sorts keys. */
function byCodeUnits(a: Json, b: Json): number {
  return typeof a === 'string' && typeof b === 'string' && a < b ? -1 : Number(a !== b);
}

/** The schema of what a map has at a key. */
export function memberSchema(schema: JsonSchema, key: string): JsonSchema {
  const properties = schema.properties ?? {};
  return (Object.hasOwn(properties, key) && properties[key]) || schema.additionalProperties || {};
}

/** Follows a reference, or the one branch of a discriminated choice. */
export function resolve(schema: JsonSchema, value: Json): JsonSchema {
  if (schema.$ref) return organizationSchema.$defs?.[schema.$ref.slice('#/$defs/'.length)] ?? {};
  if (!schema.discriminator || !schema.oneOf) return schema;
  const tag = schema.discriminator.propertyName;
  const branches = schema.oneOf.map((branch) => resolve(branch, value));
  const wanted = isMap(value) ? value[tag] : undefined;
  return branches.find((branch) => branch.properties?.[tag] && branch.properties[tag].const === wanted) ?? {};
}

/** Texts of several lines, whose line ends and outer white space mean nothing. */
const TEXTS: ReadonlySet<JsonSchema> = new Set([
  ...schemaAt('samlIdentityProvider', 'metadata', 'xml'),
  ...schemaAt('oidcIdentityProvider', 'clientSecret', 'age'),
  ...schemaAt('oidcApplication', 'clientSecret', 'age'),
]);

function schemaAt(definition: string, key: string, inner: string): readonly JsonSchema[] {
  const outer = organizationSchema.$defs?.[definition]?.properties?.[key];
  const found = outer && outer.properties?.[inner];
  return found ? [found] : [];
}
