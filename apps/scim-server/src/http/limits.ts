/** What one request may ask; the ServiceProviderConfig says the same. */
export const LIMITS = {
  /** Bytes. */
  body: 2 * 1024 * 1024,
  bulkBody: 4 * 1024 * 1024,
  bulkOperations: 1_000,
  /** Member operations of one PATCH. */
  memberOperations: 5_000,
  defaultPage: 100,
  page: 1_000,
  cursorTimeoutSeconds: 3_600,
} as const;
