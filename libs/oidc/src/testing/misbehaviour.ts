/** Values laid over what is right; null takes the key away. */
export type Changes = Readonly<Record<string, unknown>>;

/** TEST ONLY. How an answer of the test provider differs from a right one; all of it can be written as JSON. */
export interface Misbehaviour {
  /** Of the configuration document. */
  readonly discovery?: Changes;
  /** In place of an answer of the configuration, key, token or userinfo endpoint. */
  readonly answers?: Readonly<Partial<Record<'discovery' | 'jwks' | 'token' | 'userinfo', WrongAnswer>>>;
  /** The names of the published keys; default `["rsa"]`. */
  readonly keys?: readonly string[];
  /** The keys are published with their private parts. */
  readonly privateParts?: boolean;
  /** Of every published key. */
  readonly key?: Changes;
  /** Further members of the key set, as they stand. */
  readonly moreKeys?: readonly object[];
  readonly callback?: Changes;
  /** Of the userinfo endpoint's answer, which has `sub` alone by itself. */
  readonly userinfo?: Changes;
  readonly token?: Changes;
  readonly header?: Changes;
  readonly claims?: Changes;
  /** Time claims in seconds from now. */
  readonly times?: Readonly<Record<string, number>>;
  /** The name of the signing key; default `rsa`. */
  readonly signedWith?: string;
  /** Instead of a key pair: nothing, or a text that an attacker knows, as a shared secret. */
  readonly secret?: 'none' | 'public key' | 'client secret';
  /** The length of one more claim. */
  readonly padding?: number;
  /** Claims changed after signing. */
  readonly tampered?: Changes;
}

export interface WrongAnswer {
  readonly status?: number;
  readonly body?: string;
  /** The body is this text so often. */
  readonly repeat?: number;
  /** The transport gives up with this code. */
  readonly fails?: string;
}

export function changed(right: Changes, changes: Changes = {}): Record<string, unknown> {
  return Object.fromEntries(Object.entries({ ...right, ...changes }).filter(([, value]) => value !== null));
}
