import { digestOfNormalized, normalize } from '../canonical/normalize.ts';
import { checkAcross, type PlacedDocument } from '../check/across.ts';
import { findingsOf, type CheckMetadata } from '../check/check-document.ts';
import type { Finding } from '../check/finding.ts';
import { byPosition, type Diagnostic, type SourcePosition } from '../diagnostic.ts';
import type { Json, OrganizationDocument } from '../document.ts';
import { inlineMetadataFiles, type ReadFile } from './metadata-files.ts';
import { isPlatform, Platforms, type LoadedPlatform } from './platform.ts';
import { readYaml, type YamlDocument } from './read-yaml.ts';
import { SourceText, type SourceFile } from './source-text.ts';
import type { YamlFault } from './yaml-value.ts';

export interface LoadOptions {
  /**
   * Reads a metadata file: the path is relative to what the path of the document is relative to, and is in the directory of
   * the document or below it (symbolic links are the reader's matter). undefined when there is no such file.
   */
  readonly readFile: ReadFile;
  /** Checks IdP metadata that is in the document or in a file beside it. */
  readonly checkMetadata?: CheckMetadata;
}

/** An organization that is valid by itself. */
export interface LoadedDocument {
  /** Normalized, as declared; metadata files are inlined. */
  readonly document: OrganizationDocument;
  /** `path` of its file. */
  readonly file: string;
  /** `documentDigest(document)`. */
  readonly digest: string;
  /** Where a part of the document stands: its key, or its list entry; for what the file has not, its nearest holder. */
  positionOf(pointer: string): SourcePosition;
}

export interface LoadResult {
  readonly documents: readonly LoadedDocument[];
  /** The document of the deployment, when a file has it. */
  readonly platform?: LoadedPlatform;
  /** Of all files; sorted by file, line and column. Any `error` among them = do not go on. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads organization documents: YAML, shape, references, rules, and what must be unique across files. Everything that is
 * wrong in any file is reported, never only the first. The input is not trusted: sizes and depth are bounded, nothing throws.
 */
export function loadDocuments(files: readonly SourceFile[], options: LoadOptions): LoadResult {
  const documents: LoadedDocument[] = [];
  const platforms = new Platforms();
  const read: PlacedDocument[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const file of files) {
    const source = new SourceText(file);
    const yaml = readYaml(file);
    diagnostics.push(...yaml.faults.map((fault) => located(fault, source)));
    for (const parsed of yaml.documents) {
      const current = placed(parsed, source);
      if (isPlatform(parsed.value)) {
        diagnostics.push(...platforms.add(current, file.path));
        continue;
      }
      read.push(current);
      const found = [
        ...inlineMetadataFiles(parsed.value, file, options.readFile),
        ...findingsOf(parsed.value, options.checkMetadata),
      ].map(current.locate);
      diagnostics.push(...found);
      if (found.some(({ severity }) => severity === 'error')) continue;
      documents.push(loaded(parsed.value, file.path, current.positionOf));
    }
  }
  const all = [...diagnostics, ...checkAcross(read)].sort(byPosition);
  return { documents, ...(platforms.valid && { platform: platforms.valid }), diagnostics: all };
}

function located({ code, message, suggestion, offset, other }: YamlFault, source: SourceText): Diagnostic {
  const sentence = other === undefined ? message : `${message} ${source.positionAt(other).line}`;
  return { severity: 'error', code, message: sentence, suggestion, position: source.positionAt(offset) };
}

function loaded(value: Json, file: string, positionOf: PlacedDocument['positionOf']): LoadedDocument {
  // the schema has just said that it is one
  const document = normalize(value as unknown as OrganizationDocument);
  return {
    document,
    file,
    get digest() {
      return digestOfNormalized(document); // the server makes its own, so a command needs none
    },
    positionOf,
  };
}

function placed({ value, places }: YamlDocument, source: SourceText): PlacedDocument {
  const positionOf = (pointer: string): SourcePosition => source.positionAt(places.find(pointer).key);
  const locate = ({ at, ...finding }: Finding): Diagnostic => {
    const found = places.find(finding.pointer);
    return {
      ...finding,
      severity: finding.severity ?? 'error',
      position: source.positionAt(at === 'value' ? found.value : found.key),
    };
  };
  return { value, locate, positionOf };
}
