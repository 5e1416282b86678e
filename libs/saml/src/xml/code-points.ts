const BEYOND_BMP = /[\uD800-\uDFFF]/;

/** Order of Unicode code points (C14N 1.0 2.2), which above the BMP is not the order of JavaScript's strings. */
export function byCodePoint(one: string, other: string): number {
  if (one === other) return 0;
  if (BEYOND_BMP.test(one) || BEYOND_BMP.test(other)) return Buffer.compare(Buffer.from(one), Buffer.from(other));
  return one < other ? -1 : 1;
}
