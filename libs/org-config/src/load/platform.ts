import { digestOfNormalized, normalizePlatform } from '../canonical/normalize.ts';
import type { PlacedDocument } from '../check/across.ts';
import { platformFindings } from '../check/platform.ts';
import type { Diagnostic, SourcePosition } from '../diagnostic.ts';
import type { Json } from '../document.ts';
import { mapOf, own } from '../json.ts';
import type { PlatformDocument } from '../platform-document.ts';
import { boundedJson, diagnosticsOf } from './check-document.ts';

/** The document of the deployment, valid by itself. */
export interface LoadedPlatform {
  /** Normalized, as declared. */
  readonly document: PlatformDocument;
  /** `path` of its file. */
  readonly file: string;
  positionOf(pointer: string): SourcePosition;
}

export function isPlatform(value: Json): boolean {
  return own(mapOf(value), 'kind') === 'Platform';
}

/** The documents of this kind in the files; there is one. */
export class Platforms {
  valid: LoadedPlatform | undefined;
  #first: PlacedDocument | undefined;

  /** @returns what is wrong with it */
  add(placed: PlacedDocument, file: string): readonly Diagnostic[] {
    if (this.#first) return [placed.locate(secondOne(this.#first))];
    this.#first = placed;
    const found = platformFindings(placed.value).map(placed.locate);
    if (found.some(({ severity }) => severity === 'error')) return found;
    // the schema has just said that it is one
    const document = normalizePlatform(placed.value as unknown as PlatformDocument);
    this.valid = { document, file, positionOf: placed.positionOf };
    return found;
  }
}

function secondOne(first: PlacedDocument) {
  const { file, line } = first.positionOf('/kind');
  return {
    code: 'duplicate_platform',
    message: `a deployment has one document of this kind, and it is in ${file}:${line}`,
    suggestion: 'keep all of it there',
    pointer: '/kind',
  };
}

export type CheckedPlatform =
  | { readonly document: PlatformDocument; readonly digest: string; readonly diagnostics: readonly Diagnostic[] }
  | { readonly document?: undefined; readonly digest?: undefined; readonly diagnostics: readonly Diagnostic[] };

/**
 * Checks a document of the deployment that did not come from a file, as `checkDocument` does one of an organization.
 * @param value parsed JSON, not trusted
 * @param origin stands for the file in the diagnostics
 */
export function checkPlatform(value: unknown, origin: string): CheckedPlatform {
  const { json, tooLarge } = boundedJson(value);
  const diagnostics = diagnosticsOf(tooLarge ?? platformFindings(json), origin);
  if (diagnostics.some(({ severity }) => severity === 'error')) return { diagnostics };
  const document = normalizePlatform(json as unknown as PlatformDocument);
  return { document, digest: digestOfNormalized(document), diagnostics };
}
