import { posix } from 'node:path';
import { quoted, type Finding } from '../check/finding.ts';
import { metadataOf } from '../check/metadata.ts';
import type { Json } from '../document.ts';
import { emptyMap, isMap, own } from '../json.ts';
import { MAX_FILE_BYTES } from './read-yaml.ts';
import { shownPath, type SourceFile } from './source-text.ts';

/** Reads a file that a document refers to; undefined when there is none. The path is below the document's directory. */
export type ReadFile = (path: string) => string | undefined;

/**
 * Puts the contents of metadata files into the document, as `xml`, and of certificate files, as `signedBy`: from here on the
 * document stands for itself. A path that leaves the document's directory is never read, and left for the schema to refuse.
 */
export function inlineMetadataFiles(document: Json, file: SourceFile, readFile: ReadFile): readonly Finding[] {
  const findings: Finding[] = [];
  const contentsOf = (named: Json | undefined, pointer: string): string | undefined => {
    if (typeof named !== 'string' || !staysBelow(named)) return undefined;
    const text = readFile(beside(file.path, named));
    const finding = wrongFile(text, quoted(beside(shownPath(file), named)), pointer);
    if (finding) findings.push(finding);
    return finding ? undefined : text;
  };
  for (const { metadata, pointer } of metadataOf(document)) {
    const map = metadata as Record<string, Json>;
    const xml = contentsOf(own(metadata, 'file'), `${pointer}/file`);
    if (xml !== undefined) replace(map, 'file', 'xml', xml);
    const signedBy = own(metadata, 'signedBy');
    const certificate = isMap(signedBy) ? contentsOf(own(signedBy, 'file'), `${pointer}/signedBy/file`) : undefined;
    if (certificate !== undefined && Object.keys(signedBy as object).length === 1) map['signedBy'] = certificate;
  }
  return findings;
}

function wrongFile(text: string | undefined, shown: string, pointer: string): Finding | undefined {
  if (text === undefined) {
    const message = `there is no file ${shown}`;
    const suggestion = 'add it, or correct the path, which begins at the directory of this document';
    return { code: 'metadata_file_missing', message, suggestion, pointer, at: 'value' };
  }
  if (text.trim() === '') return { code: 'metadata_file_empty', message: `${shown} is empty`, pointer, at: 'value' };
  if (Buffer.byteLength(text) <= MAX_FILE_BYTES) return undefined;
  return { code: 'file_too_large', message: `${shown} is larger than 1 MiB`, pointer, at: 'value' };
}

function beside(file: string, named: string): string {
  return posix.join(posix.dirname(file.replaceAll('\\', '/')), named);
}

function staysBelow(path: string): boolean {
  return !/[\\\0]/.test(path) && !path.startsWith('/') && !path.split('/').includes('..');
}

/** Changes one key in place, so that a wrong combination with others is still seen. */
function replace(map: Record<string, Json>, from: string, to: string, value: Json): void {
  if (Object.hasOwn(map, to)) return;
  const rest = Object.assign(emptyMap(), map);
  for (const key of Object.keys(rest)) delete map[key];
  for (const [key, entry] of Object.entries(rest)) map[key === from ? to : key] = key === from ? value : entry;
}
