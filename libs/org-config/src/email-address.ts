import { domainToASCII, domainToUnicode } from 'node:url';

/**
 * The domain of an e-mail address as somebody wrote it, in lower case and as DNS has it, without a dot at its end; '' when it is no
 * plain address. Two @, quotes, lists and white space are none: each is read as another domain by somebody else.
 */
export function emailDomainOf(email: string): string {
  const plain = PLAIN_ADDRESS.exec(email)?.[1];
  if (plain !== undefined) return plain;
  const match = /^[^@\s\p{C},;:<>()[\]\\"]+@([^@\s\p{C},;:<>()[\]\\"]+)$/u.exec(email);
  const written = (match?.[1] ?? '').replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
  const domain = /^[!-~]*$/.test(written) ? written : asciiOf(written);
  return /^[a-z0-9-]+(?:\.[a-z0-9-]+)*$/.test(domain) ? domain : '';
}

/** Nearly all there are, of characters that need no second look; the pattern below says the same of them. */
const PLAIN_ADDRESS = /^[\w.+'-]+@([a-z0-9-]+(?:\.[a-z0-9-]+)*)$/;

/**
 * `b\u00fccher.example` as `xn--bcher-kva.example`; '' for what is not its only spelling: IDNA reads U+212A KELVIN SIGN as `k`
 * and drops a zero-width space, and whoever does not would read another domain.
 */
function asciiOf(written: string): string {
  const ascii = domainToASCII(written);
  return domainToUnicode(ascii) === written ? ascii : '';
}

/** Whether an address may identify a user who is here: only ASCII has one spelling in lower case, here and in the database. */
export function mayIdentify(email: string): boolean {
  return /^[!-~]+$/.test(email) && emailDomainOf(email) !== '';
}
