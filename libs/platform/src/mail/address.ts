/** Who a mail is from. */
export interface Mailbox {
  /** Empty = the address alone. */
  readonly name: string;
  readonly address: string;
}

/** The plain form of RFC 5321, section 4.1.2: no quoted local part, no comment, no list, no address literal. */
const ADDRESS =
  /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;

/** Whether a text is one plain e-mail address. */
export function isMailAddress(text: string): boolean {
  return text.length <= 254 && text.indexOf('@') <= 64 && ADDRESS.test(text);
}

/** `sso@example.com`, or `Rolecall <sso@example.com>`; undefined for anything else. */
export function parseMailbox(text: string): Mailbox | undefined {
  const [, name = '', inner] = /^([^<>"\\\p{Cc}]{1,64})<([^<>]+)>$/u.exec(text) ?? [];
  const address = (inner ?? text).trim();
  return isMailAddress(address) ? { name: name.trim(), address } : undefined;
}

/** Addresses separated by commas, 1 to 20; undefined when one of them is none. */
export function parseMailAddresses(text: string): readonly string[] | undefined {
  const addresses = text.split(',').map((address) => address.trim());
  return addresses.length <= 20 && addresses.every(isMailAddress) ? addresses : undefined;
}
