/** What one request may ask; the ServiceProviderConfig says the same. */
export const LIMITS = {
  /** Bytes. */
  body: 2 * 1024 * 1024,
  bulkBody: 4 * 1024 * 1024,
  /** Bytes of a user or a group as JSON, without members. */
  resource: 256 * 1024,
  /** Bytes of what a user says, as JSON. */
  user: 256 * 1024,
  bulkOperations: 1_000,
  /** Member operations of one PATCH. */
  memberOperations: 5_000,
  defaultPage: 100,
  page: 1_000,
  cursorTimeoutSeconds: 3_600,
} as const;
