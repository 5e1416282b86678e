import { memberSchema, resolve } from '../canonical/normalize.ts';
import type { Json } from '../document.ts';
import { emptyMap, isMap, own, type JsonMap } from '../json.ts';
import { organizationSchema } from '../schema/organization-schema.ts';
import type { JsonSchema } from '../schema/json-schema.ts';

const SPEC: JsonSchema = organizationSchema.properties?.['spec'] || {};

/**
 * One `spec` over another: maps are merged by key, and of everything else what is above wins as a whole. Everything else is a
 * scalar, a list, and a map that has one of several forms, such as `metadata` with `url` or `xml`: half of one form and half of
 * another would be none. Nothing can be taken away: null is no value anywhere in a document.
 * @param below not changed; parts of it are in the result
 */
export function mergeSpecs(below: Json, above: Json): Json {
  return merged(SPEC, below, above);
}

function merged(schema: JsonSchema, below: Json, above: Json): Json {
  if (!isMap(below) || !isMap(above)) return above;
  const form = formOf(schema, below, above);
  if (form === undefined) return above;
  const map = Object.assign(emptyMap(), below);
  for (const [key, value] of Object.entries(above)) {
    const inherited = own(below, key);
    map[key] = inherited === undefined ? value : merged(memberSchema(form, key), inherited, value);
  }
  return map;
}

/** The schema of both; undefined when they have, or may have, different forms. */
function formOf(schema: JsonSchema, below: JsonMap, above: JsonMap): JsonSchema | undefined {
  const tag = schema.discriminator?.propertyName;
  if (tag !== undefined) {
    const wanted = own(above, tag) ?? own(below, tag);
    if (wanted !== own(below, tag)) return undefined;
    return resolve(schema, { [tag]: wanted ?? null });
  }
  const target = resolve(schema, above);
  return target.oneOf ? undefined : target;
}
