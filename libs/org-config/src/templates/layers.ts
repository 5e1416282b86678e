import type { PlacedDocument } from '../check/across.ts';
import type { Json } from '../document.ts';
import { isMap, keysOf, own as ownValue } from '../json.ts';

/** A template that was read, and where its parts stand. */
export interface PlacedTemplate extends PlacedDocument {
  readonly name: string;
  /** `path` of its file. */
  readonly file: string;
}

/** An organization with what it inherits. */
export interface LayeredDocument extends PlacedDocument {
  /** All that it names and that these name; what wins comes first. */
  readonly templates: readonly PlacedTemplate[];
  /** Which template a part of the merged document comes from; undefined for what the document itself has. */
  readonly inheritedFrom: (pointer: string) => PlacedTemplate | undefined;
  /** The template in which a part, or what would hold it, stands. */
  readonly templateAt: (pointer: string) => PlacedTemplate | undefined;
}

/** Places of a merged document: each part stands where the layer has it that won; what is missing, at its nearest holder. */
export function layered(own: PlacedDocument, value: Json, templates: readonly PlacedTemplate[]): LayeredDocument {
  const inheritedFrom = (pointer: string) =>
    own.has(pointer) || !isThere(value, pointer) ? undefined : templates.find((template) => template.has(pointer));
  const templateAt = (pointer: string) => {
    let at = pointer;
    while (at !== '' && !isThere(value, at)) at = at.slice(0, at.lastIndexOf('/'));
    return inheritedFrom(at);
  };
  const holder = (pointer: string): PlacedDocument => templateAt(pointer) ?? own;
  return {
    value,
    templates,
    inheritedFrom,
    templateAt,
    has: (pointer) => isThere(value, pointer),
    positionOf: (pointer) => holder(pointer).positionOf(pointer),
    locate: (finding) => holder(finding.pointer).locate(finding),
  };
}

function isThere(value: Json, pointer: string): boolean {
  let at: Json | undefined = value;
  for (const key of keysOf(pointer)) {
    if (Array.isArray(at)) at = (at as readonly Json[])[Number(key)];
    else at = isMap(at) ? ownValue(at, key) : undefined;
    if (at === undefined) return false;
  }
  return true;
}
