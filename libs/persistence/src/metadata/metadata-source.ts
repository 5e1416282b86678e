import type { DeclaredMetadata } from '@rolecall/org-config';

/**
 * What of a declaration decides which metadata it means, as a text to compare: its URL, the entity in it, and who must have
 * signed it. undefined when the metadata stands in the document itself.
 */
export function metadataSourceOf(declared: DeclaredMetadata): string | undefined {
  if (!('url' in declared)) return undefined;
  return [declared.url, declared.entityId ?? '', declared.signedBy ?? ''].join('\n');
}
