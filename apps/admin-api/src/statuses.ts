/** HTTP status of each coded error of the libraries that a caller can do something about. */
export const STATUSES = {
  owned_by_other_collection: 409,
  needs_adopt: 409,
  stale_plan: 409,
  name_taken: 422,
  email_domain_taken: 422,
  rename_conflict: 422,
  duplicate_organization: 422,
  empty_input: 422,
  too_many_deletes: 422,
} as const;
