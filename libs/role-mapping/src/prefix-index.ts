interface Node {
  readonly prefix: string;
  readonly places: readonly number[];
  /** The longest other prefix that this one starts with. */
  readonly parent: Node | undefined;
}

/**
 * Finds every prefix that a value starts with by one binary search, however many there are.
 *
 * Prefixes are sorted by UTF-16 unit. Let p be the greatest that is not above the value. Each prefix of the value lies
 * between itself and the value, so p starts with it: all answers are p or its ancestors.
 */
export class PrefixIndex {
  readonly #sorted: readonly Node[];

  /** @param prefixes - prefix -> places, as the caller counts them */
  constructor(prefixes: ReadonlyMap<string, readonly number[]>) {
    const sorted: Node[] = [];
    for (const prefix of [...prefixes.keys()].sort()) {
      let parent = sorted.at(-1);
      while (parent !== undefined && !prefix.startsWith(parent.prefix)) parent = parent.parent;
      sorted.push({ prefix, places: prefixes.get(prefix) ?? [], parent });
    }
    this.#sorted = sorted;
  }

  /** Calls `found` with the places of every prefix that `value` starts with. */
  visit(value: string, found: (place: number) => void): void {
    let node = this.#greatestUpTo(value);
    while (node !== undefined && !value.startsWith(node.prefix)) node = node.parent;
    for (; node !== undefined; node = node.parent) for (const place of node.places) found(place);
  }

  #greatestUpTo(value: string): Node | undefined {
    let [low, high] = [0, this.#sorted.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const node = this.#sorted[middle];
      if (node !== undefined && node.prefix <= value) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? undefined : this.#sorted[low - 1]; // a look at the place -1 costs more than the search
  }
}
