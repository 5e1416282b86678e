import type { Json } from '@rolecall/org-config';
import { isObject, pointerTo } from './address.ts';

/**
 * Whether a merge patch (RFC 7396) says anything about the value at a pointer, or about a part of it. UNTRUSTED: of any depth.
 * @param except pointers of values that say nothing, though the patch has them
 */
export function namedByPatch(patch: Json, except: (pointer: string) => boolean = () => false) {
  const leaves: string[] = [];
  /** An empty one says that the map is there, and nothing of what is in it. */
  const maps: string[] = [];
  const left: [string, Json][] = [['', patch]];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const [path, value] = next;
    if (!isObject(value)) leaves.push(...(except(path) ? [] : [path]));
    else if (Object.keys(value).length === 0) maps.push(path);
    else for (const [key, inner] of Object.entries(value)) left.push([pointerTo(path, key), inner]);
  }
  const isIn = (said: string, pointer: string) => `${said}/`.startsWith(`${pointer}/`);
  return (pointer: string): boolean =>
    leaves.some((leaf) => isIn(leaf, pointer) || pointer.startsWith(`${leaf}/`)) ||
    maps.some((map) => isIn(map, pointer));
}
