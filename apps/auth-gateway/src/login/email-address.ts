/**
 * The domain of an e-mail address as an identity provider wrote it, in lower case; '' when it is no plain address. Two @,
 * quotes, lists, white space and a domain that is not ASCII are none: each is read as another domain by somebody else
 * (U+212A KELVIN SIGN in lower case is `k`).
 */
export function domainOf(email: string): string {
  const match = /^[^@\s\p{C},;:<>()[\]\\"]+@([A-Za-z0-9.-]+)$/u.exec(email);
  return match?.[1]?.toLowerCase() ?? '';
}

/** Whether an address may identify a user who is here: only ASCII has one spelling in lower case, here and in the database. */
export function mayLink(email: string): boolean {
  return /^[!-~]+$/.test(email) && domainOf(email) !== '';
}
