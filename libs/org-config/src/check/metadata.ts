import type { Json } from '../document.ts';
import { isMap, mapOf, own, pointerTo, type JsonMap } from '../json.ts';

/** The `metadata` of every identity provider that has one with keys, in a document that may be wrong elsewhere. */
export function metadataOf(document: Json): readonly { readonly metadata: JsonMap; readonly pointer: string }[] {
  const spec = mapOf(own(mapOf(document), 'spec'));
  return Object.entries(mapOf(own(spec, 'identityProviders'))).flatMap(([name, provider]) => {
    const metadata = own(mapOf(provider), 'metadata');
    return isMap(metadata) ? [{ metadata, pointer: pointerTo('/spec/identityProviders', name, 'metadata') }] : [];
  });
}
