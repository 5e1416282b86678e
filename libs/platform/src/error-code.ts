/** The `code` of an error when it has one that is a text, such as `ECONNREFUSED` or `stale_plan`. */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
