import { isAlias, isMap, isScalar, isSeq, type Document, type Node, type Scalar, type YAMLMap } from 'yaml';
import type { Json } from '../document.ts';
import { emptyMap } from '../json.ts';
import { Places } from './places.ts';

/** Something that YAML allows and a document must not have. */
export interface YamlFault {
  readonly code: string;
  readonly message: string;
  readonly suggestion?: string;
  readonly offset: number;
  /** Another place that it's about; its line is put behind the message. */
  readonly other?: number;
  /** The value could still be read, so that the checks of the document go on. */
  readonly readable?: true;
}

/** Deeper than any document can be (the schema has eight levels); keeps every later walk over the value shallow. */
const MAX_DEPTH = 32;

/**
 * The value of one YAML document with the places of its parts. What would make the text mean something else than it
 * shows is refused: aliases, merge keys, tags, duplicate keys.
 */
export function readValue(document: Document.Parsed): { value: Json; places: Places; faults: readonly YamlFault[] } {
  const reader = new ValueReader();
  const contents = document.contents as Node | null;
  const value = reader.read(contents, { parent: -1, name: '', offset: contents?.range?.[0] ?? 0 }, 0);
  return { value, places: reader.places, faults: reader.faults };
}

/** What a value belongs to: its holder, its key there, and where that key stands. */
interface Slot {
  readonly parent: number;
  readonly name: string;
  readonly offset: number;
}

class ValueReader {
  readonly faults: YamlFault[] = [];
  readonly places = new Places();

  read(node: Node | null, slot: Slot, depth: number): Json {
    const offset = node?.range?.[0] ?? slot.offset;
    const place = this.places.add(slot.parent, slot.name, slot.offset, offset);
    if (node === null) return null;
    if (isAlias(node)) {
      return this.#fault(offset, 'alias_refused', `the alias \`*${node.source}\` is refused`, 'write the value out');
    }
    if (node.tag !== undefined) this.#fault(offset, 'tag_refused', 'tags are refused', 'write the plain value');
    if (depth > MAX_DEPTH) return this.#fault(offset, 'nesting_too_deep', `nested deeper than ${MAX_DEPTH} levels`);
    if (isMap(node)) return this.#map(node, place, depth);
    if (isSeq(node)) {
      return node.items.map((item, index) => {
        const at = (item as Node).range?.[0] ?? offset;
        return this.read(item as Node, { parent: place, name: String(index), offset: at }, depth + 1);
      });
    }
    return isScalar(node) ? this.#scalar(node, offset) : null;
  }

  #map(node: YAMLMap, parent: number, depth: number): Json {
    const map = emptyMap();
    const firsts = new Map<string, number>();
    for (const pair of node.items) {
      const keyNode = pair.key as Scalar;
      const offset = keyNode.range?.[0] ?? 0;
      const name = String(keyNode.value);
      if (keyNode.tag !== undefined) this.#fault(offset, 'tag_refused', 'tags are refused', 'write the plain key');
      if (name === '<<' && keyNode.type === 'PLAIN') {
        this.#fault(offset, 'merge_refused', 'merge keys (`<<`) are refused', 'write the keys out');
        continue;
      }
      const first = firsts.get(name);
      if (first !== undefined) {
        this.faults.push({
          code: 'duplicate_key',
          message: `\`${name.slice(0, 80)}\` stands here a second time, first on line`,
          suggestion: 'merge the two, or remove one',
          offset,
          other: first,
          readable: true,
        });
        continue;
      }
      firsts.set(name, offset);
      map[name] = this.read(pair.value as Node | null, { parent, name, offset }, depth + 1);
    }
    return map;
  }

  #scalar(node: Scalar, offset: number): Json {
    const { value } = node;
    if (typeof value === 'number' && !Number.isFinite(value)) {
      return this.#fault(offset, 'invalid_value', `\`${node.source ?? ''}\` is not a number that JSON has`);
    }
    return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
  }

  #fault(offset: number, code: string, message: string, suggestion?: string): null {
    this.faults.push({ code, message, suggestion, offset });
    return null;
  }
}
