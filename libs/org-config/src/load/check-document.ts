import { digestOfNormalized, normalize } from '../canonical/normalize.ts';
import { findingsOf, type CheckMetadata } from '../check/check-document.ts';
import type { Finding } from '../check/finding.ts';
import { metadataOf } from '../check/metadata.ts';
import type { Diagnostic } from '../diagnostic.ts';
import type { Json, OrganizationDocument } from '../document.ts';
import { emptyMap, isMap, mapOf, own } from '../json.ts';
import { MAX_FILE_BYTES } from './read-yaml.ts';

/** A document is as good as nested no deeper than this; the schema has eight levels. */
const MAX_DEPTH = 32;

/** Of a document as JSON, inlined metadata apart. What a file holds is half as long again in JSON at most, as a rule. */
const MAX_LENGTH = 2 * MAX_FILE_BYTES;

export type CheckedDocument =
  | {
      readonly document: OrganizationDocument;
      /** `documentDigest(document)`. */
      readonly digest: string;
      readonly diagnostics: readonly Diagnostic[];
    }
  | { readonly document?: undefined; readonly digest?: undefined; readonly diagnostics: readonly Diagnostic[] };

/**
 * Checks a document that did not come from a file, such as one in a request; the server trusts no client to have validated.
 * Metadata must be inlined or by URL: a `file` has no meaning here.
 * @param value parsed JSON, not trusted
 * @param origin stands for the file in the diagnostics, which all have line 1, column 1 and a pointer
 * @returns the normalized document, with its digest, when there is no error; else only diagnostics
 */
export function checkDocument(
  value: unknown,
  origin: string,
  options: { readonly checkMetadata?: CheckMetadata } = {},
): CheckedDocument {
  const { json, tooLarge } = boundedJson(value);
  const findings = tooLarge ?? [
    ...findingsOf(json, options.checkMetadata),
    ...fileReferences(json),
    ...templateReferences(json),
  ];
  const diagnostics = diagnosticsOf(findings, origin);
  if (diagnostics.some(({ severity }) => severity === 'error')) return { diagnostics };
  const document = normalize(json as unknown as OrganizationDocument);
  return { document, digest: digestOfNormalized(document), diagnostics };
}

/** A document of a request as plain JSON, and that it is too large where it is. @param value parsed JSON, not trusted */
export function boundedJson(value: unknown): { readonly json: Json; readonly tooLarge?: readonly Finding[] } {
  const json = plainJson(value, 0);
  return { json, tooLarge: tooLarge(json) };
}

/** Of a document without a file: all of them stand at its beginning. */
export function diagnosticsOf(findings: readonly Finding[], origin: string): readonly Diagnostic[] {
  const position = { file: origin, line: 1, column: 1 };
  return findings.map(({ severity, code, message, suggestion, pointer }): Diagnostic => {
    return { severity: severity ?? 'error', code, message, suggestion, pointer, position };
  });
}

/** Each check is linear at best: what is larger than any document of ours is not checked at all. */
function tooLarge(json: Json): readonly Finding[] | undefined {
  const length = JSON.stringify(json, (key, entry: Json) => (key === 'xml' && isText(entry) ? '' : entry)).length;
  if (length <= MAX_LENGTH) return undefined;
  const message = `the document has more than ${MAX_LENGTH} characters`;
  return [{ code: 'document_too_large', message, suggestion: 'split the organization, or declare less', pointer: '' }];
}

const isText = (value: Json): boolean => typeof value === 'string';

function fileReferences(document: Json): readonly Finding[] {
  const message = 'a document outside of a file system cannot refer to a file';
  const wrong = (pointer: string, suggestion: string) => ({
    code: 'metadata_file_missing',
    message,
    suggestion,
    pointer,
  });
  return metadataOf(document).flatMap(({ metadata, pointer }) => [
    ...(Object.hasOwn(metadata, 'file') ? [wrong(`${pointer}/file`, 'send the metadata as `xml`')] : []),
    ...(isMap(own(metadata, 'signedBy')) ? [wrong(`${pointer}/signedBy`, 'send the certificate as a text')] : []),
  ]);
}

/** The command line merges what is inherited; the server has no templates to do it with. */
function templateReferences(document: Json): readonly Finding[] {
  const pointer = '/spec/from';
  if (own(mapOf(own(mapOf(document), 'spec')), 'from') === undefined) return [];
  const message = 'a document outside of a file system cannot inherit';
  return [{ code: 'templates_unresolved', message, suggestion: 'send it with what its templates give', pointer }];
}

/** A copy without prototypes; what JSON cannot hold, or is nested too deep, becomes null, which the schema refuses. */
function plainJson(value: unknown, depth: number): Json {
  if (value === null || ['string', 'boolean'].includes(typeof value)) return value as Json;
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value !== 'object' || depth > MAX_DEPTH) return null;
  if (Array.isArray(value)) return value.map((item) => plainJson(item, depth + 1));
  const map = emptyMap();
  for (const [key, entry] of Object.entries(value)) if (entry !== undefined) map[key] = plainJson(entry, depth + 1);
  return map;
}
