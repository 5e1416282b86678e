/** A parsed JSON object: UNTRUSTED until a check says otherwise. Only own keys of fixed names are read from it. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Deeper than anything that OpenID Connect defines. */
const MAX_DEPTH = 16;

/** The JSON object that `bytes` hold; undefined for anything else, for deep nesting and for a key `__proto__` (O13). */
export function parseJsonObject(bytes: Uint8Array): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return isObject(value) && !Array.isArray(value) && isTame(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null;
}

/** Level by level instead of recursively: depth can't exhaust the stack. */
function isTame(root: JsonObject): boolean {
  let level: readonly JsonObject[] = [root];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth === MAX_DEPTH || level.some((object) => Object.hasOwn(object, '__proto__'))) return false;
    level = level.flatMap((object) => Object.values(object).filter(isObject));
  }
  return true;
}
