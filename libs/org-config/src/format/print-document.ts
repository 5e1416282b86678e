import { stringify } from 'yaml';
import type { Json, OrganizationDocument } from '../document.ts';
import { isMap } from '../json.ts';
import type { PlatformDocument } from '../platform-document.ts';
import { KeyOrder } from './key-order.ts';

/** Texts such as `on` are quoted, for editors and people who read YAML 1.1. */
const PRINTING = {
  version: '1.2',
  schema: 'core',
  compat: 'yaml-1.1',
  lineWidth: 0,
  aliasDuplicateObjects: false,
} as const;

/**
 * A document as a file of a repository: YAML in the form of `rolecall fmt`. What `loadDocuments` reads from it has the digest of the
 * document.
 * @param comment - lines above the document
 */
export function printDocument(
  document: OrganizationDocument | PlatformDocument,
  comment: readonly string[] = [],
): string {
  const ordered = inOrder(document as unknown as Json, KeyOrder.ofDocument(document.kind));
  const above = comment.map((line) => `# ${line.replaceAll(/[\r\n]+/g, ' ')}\n`).join('');
  return above + stringify(ordered, PRINTING);
}

/** Maps as `Map`, since a name such as `__proto__` is a name like any other. */
function inOrder(value: Json, order: KeyOrder): unknown {
  if (Array.isArray(value)) return (value as readonly Json[]).map((item) => inOrder(item, order.inItems()));
  if (!isMap(value)) return value;
  const entries = Object.entries(value).filter(([, entry]) => entry !== undefined);
  const rank = ([key]: readonly [string, unknown]) => order.rankOf(key) ?? Number.MAX_SAFE_INTEGER;
  return new Map(
    entries
      .toSorted((a, b) => rank(a) - rank(b))
      .map(([key, entry]) => [key, inOrder(entry as Json, order.below(key))]),
  );
}
