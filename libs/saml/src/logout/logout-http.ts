import type { XmlElement } from '../xml/element.ts';

/** The part of an HTTP request at our SingleLogoutService that is read; an Express request is one. All of it is UNVERIFIED. */
export interface LogoutHttpRequest {
  readonly method: string;
  /** Path and query exactly as they came: the signature of the HTTP-Redirect binding covers raw octets. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The parsed form of a POST; a repeated field is a list. */
  readonly body?: unknown;
}

/** The parameter that a message came in says what it must be (Bindings 3.4.3, 3.5.4). */
export type MessageParameter = 'SAMLRequest' | 'SAMLResponse';

/** A logout message whose SIGNATURE is verified; none of what it says is checked yet. */
export interface SignedLogoutMessage {
  readonly parameter: MessageParameter;
  readonly message: XmlElement;
  readonly relayState: string | undefined;
}

/** Logout messages are small: with 50 SessionIndex of 512 characters they are half of this. */
export const MAX_LOGOUT_BYTES = 64 * 1024;
/** Bindings 3.4.3. */
export const MAX_RELAY_STATE_BYTES = 80;
