import { isAlias, isMap, isScalar, isSeq, type Document, type Node, type Scalar, type YAMLMap } from 'yaml';
import type { Json } from '../document.ts';
import { emptyMap } from '../json.ts';

/** Where the parts of a document stand in its file, as offsets. */
export interface Place {
  /** Of the key, or of the list's item. */
  readonly key: number;
  readonly value: number;
  readonly children?: ReadonlyMap<string, Place>;
}

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
export function readValue(document: Document.Parsed): { value: Json; place: Place; faults: readonly YamlFault[] } {
  const reader = new ValueReader();
  const contents = document.contents as Node | null;
  const start = contents?.range?.[0] ?? 0;
  const [value, place] = reader.read(contents, start, 0);
  return { value, place, faults: reader.faults };
}

class ValueReader {
  readonly faults: YamlFault[] = [];

  read(node: Node | null, key: number, depth: number): [Json, Place] {
    const offset = node?.range?.[0] ?? key;
    const place: Place = { key, value: offset };
    if (node === null) return [null, place];
    if (isAlias(node)) {
      this.#fault(offset, 'alias_refused', `the alias \`*${node.source}\` is refused`, 'write the value out');
      return [null, place];
    }
    if (node.tag !== undefined) this.#fault(offset, 'tag_refused', 'tags are refused', 'write the plain value');
    if (depth > MAX_DEPTH) {
      this.#fault(offset, 'nesting_too_deep', `nested deeper than ${MAX_DEPTH} levels`);
      return [null, place];
    }
    if (isMap(node)) return this.#map(node, place, depth);
    if (isSeq(node)) {
      const children = new Map<string, Place>();
      const items = node.items.map((item, index) => {
        const at = (item as Node).range?.[0] ?? offset;
        const [value, child] = this.read(item as Node, at, depth + 1);
        children.set(String(index), child);
        return value;
      });
      return [items, { ...place, children }];
    }
    return [isScalar(node) ? this.#scalar(node, offset) : null, place];
  }

  #map(node: YAMLMap, place: Place, depth: number): [Json, Place] {
    const map = emptyMap();
    const children = new Map<string, Place>();
    for (const pair of node.items) {
      const keyNode = pair.key as Scalar;
      const offset = keyNode.range?.[0] ?? place.value;
      const key = String(keyNode.value);
      if (keyNode.tag !== undefined) this.#fault(offset, 'tag_refused', 'tags are refused', 'write the plain key');
      if (key === '<<' && keyNode.type === 'PLAIN') {
        this.#fault(offset, 'merge_refused', 'merge keys (`<<`) are refused', 'write the keys out');
        continue;
      }
      const [value, child] = this.read(pair.value as Node | null, offset, depth + 1);
      const first = children.get(key);
      if (first) {
        this.faults.push({
          code: 'duplicate_key',
          message: `\`${key.slice(0, 80)}\` stands here a second time, first on line`,
          suggestion: 'merge the two, or remove one',
          offset,
          other: first.key,
          readable: true,
        });
        continue;
      }
      map[key] = value;
      children.set(key, child);
    }
    return [map, { ...place, children }];
  }

  #scalar(node: Scalar, offset: number): Json {
    const { value } = node;
    if (typeof value === 'number' && !Number.isFinite(value)) {
      this.#fault(offset, 'invalid_value', `\`${node.source ?? ''}\` is not a number that JSON has`);
      return null;
    }
    return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
  }

  #fault(offset: number, code: string, message: string, suggestion?: string): void {
    this.faults.push({ code, message, offset, ...(suggestion !== undefined && { suggestion }) });
  }
}
