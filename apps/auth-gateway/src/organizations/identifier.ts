import { domainToASCII } from 'node:url';

/** What a person typed at `/login`: an e-mail address, of which the domain decides, or the name of an organization. */
export type Identifier =
  | { readonly is: 'email'; readonly domain: string; readonly address: string }
  | { readonly is: 'name'; readonly name: string };

const MAX_LENGTH = 320;

/**
 * Reads what was typed, in lower case and the domain as DNS has it (IDNA: `bücher.example` is `xn--bcher-kva.example`).
 * UNVERIFIED: it leads to a sign-in page and proves nothing. undefined when it can be neither.
 */
export function readIdentifier(typed: string): Identifier | undefined {
  const text = typed.trim().toLowerCase();
  if (text.length > MAX_LENGTH || /[\s\p{C}]/u.test(text)) return undefined;
  const at = text.lastIndexOf('@');
  if (at < 0) return isSlug(text) ? { is: 'name', name: text } : undefined;
  const written = text.slice(at + 1);
  // only what is not ASCII is rewritten: of ASCII, the function would decode %2e as well
  const domain = /^[!-~]*$/.test(written) ? written : domainToASCII(written);
  return isDomain(domain) ? { is: 'email', domain, address: `${text.slice(0, at)}@${domain}` } : undefined;
}

/** Whether a path segment can be a name at all; nothing else reaches a look-up. */
export function isSlug(segment: string): boolean {
  return /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(segment);
}

function isDomain(text: string): boolean {
  return text.length <= 253 && /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/.test(text);
}
