import type { Json } from '@rolecall/org-config';
import { isObject, pointerTo } from './address.ts';

/**
 * Whether a merge patch (RFC 7396) says anything about the value at a pointer, or about a part of it. UNTRUSTED: of any depth.
 * @param except pointers of values that say nothing, though the patch has them
 */
export function namedByPatch(patch: Json, except: (pointer: string) => boolean = () => false) {
  const leaves: string[] = [];
  const left: [string, Json][] = [['', patch]];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const [path, value] = next;
    if (!isObject(value)) leaves.push(...(except(path) ? [] : [path]));
    else for (const [key, inner] of Object.entries(value)) left.push([pointerTo(path, key), inner]);
  }
  return (pointer: string): boolean =>
    leaves.some((leaf) => `${leaf}/`.startsWith(`${pointer}/`) || pointer.startsWith(`${leaf}/`));
}
