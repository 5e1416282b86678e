import { posix } from 'node:path';
import { quoted, type Finding } from '../check/finding.ts';
import { metadataOf } from '../check/metadata.ts';
import type { Json } from '../document.ts';
import { emptyMap, own } from '../json.ts';
import { MAX_FILE_BYTES } from './read-yaml.ts';
import { shownPath, type SourceFile } from './source-text.ts';

/** Reads a file that a document refers to; undefined when there is none. The path is below the document's directory. */
export type ReadFile = (path: string) => string | undefined;

/**
 * Puts the contents of metadata files into the document, as `xml`: from here on the document stands for itself. A path that
 * leaves the document's directory is never read, and left for the schema to refuse.
 */
export function inlineMetadataFiles(document: Json, file: SourceFile, readFile: ReadFile): readonly Finding[] {
  const findings: Finding[] = [];
  for (const { metadata, pointer: holder } of metadataOf(document)) {
    const named = own(metadata, 'file');
    if (typeof named !== 'string' || !staysBelow(named)) continue;
    const pointer = `${holder}/file`;
    const xml = readFile(beside(file.path, named));
    const shown = quoted(beside(shownPath(file), named));
    if (xml === undefined) {
      const message = `there is no file ${shown}`;
      const suggestion = 'add it, or correct the path, which begins at the directory of this document';
      findings.push({ code: 'metadata_file_missing', message, suggestion, pointer, at: 'value' });
    } else if (Buffer.byteLength(xml) > MAX_FILE_BYTES || xml.trim() === '') {
      const [code, message] =
        xml.trim() === '' ? ['metadata_file_empty', 'is empty'] : ['file_too_large', 'is larger than 1 MiB'];
      findings.push({ code, message: `${shown} ${message}`, pointer, at: 'value' });
    } else {
      replace(metadata as Record<string, Json>, 'file', 'xml', xml);
    }
  }
  return findings;
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
