import type { PublishedKey, SigningKey } from '../connection.ts';

/** What a key pair of ours is for: never both, so that neither's use teaches anything of the other. */
export type KeyUse = PublishedKey['use'];

/**
 * One of our key pairs for one connection, as stored. A higher generation of the same use follows it.
 */
export interface ServiceProviderKey extends SigningKey {
  readonly use: KeyUse;
  readonly generation: number;
  /** From when it is the one in use; until then it is only published. */
  readonly currentFrom: Date;
  /** For how long after `currentFrom` its forerunner still decrypts. */
  readonly overlapSeconds: number;
}

/**
 * Where in its life a key is: `next` is published, `current` is published and used, `retired` still decrypts. What is over
 * has no state.
 */
export type KeyState = 'next' | 'current' | 'retired';

/** The keys of one connection at one moment. */
export interface ConnectionKeys {
  /** The current pair. */
  readonly signing: SigningKey | undefined;
  /** What our metadata names: the current and the next ones, in this order. */
  readonly published: readonly PublishedKey[];
  /** Private keys, PEM: the current one first, then the next and the retired. The same list while the states are the same. */
  readonly decryptionKeys: readonly string[];
}

/**
 * The state of a key at a moment; undefined when it is over. Nothing has to run for a key to go on in its life: it follows
 * from the times that are stored and the clock.
 *
 * @param keys all stored pairs of the connection, of any use
 */
export function keyStateAt(
  { use, generation, currentFrom }: ServiceProviderKey,
  keys: readonly ServiceProviderKey[],
  now: Date,
): KeyState | undefined {
  const alike = keys.filter((other) => other.use === use);
  const followers = alike.filter((other) => other.generation > generation);
  if (followers.some((follower) => endOfForerunner(follower) <= now)) return undefined;
  if (followers.some((follower) => follower.currentFrom <= now)) return 'retired';
  // the first one has nothing to wait for, whatever the clocks say
  const isFirst = alike.every((other) => other.generation >= generation);
  return isFirst || currentFrom <= now ? 'current' : 'next';
}

function endOfForerunner({ currentFrom, overlapSeconds }: ServiceProviderKey): Date {
  return new Date(currentFrom.getTime() + overlapSeconds * 1000);
}

const ORDER: readonly KeyState[] = ['current', 'next', 'retired'];
const cache = new WeakMap<readonly ServiceProviderKey[], Map<string, ConnectionKeys>>();

/** What a connection does with its keys at a moment: sign, publish, decrypt. @param keys all of them, in any order */
export function connectionKeysAt(keys: readonly ServiceProviderKey[], now: Date): ConnectionKeys {
  const states = keys.map((key) => keyStateAt(key, keys, now));
  const known = cache.get(keys) ?? new Map<string, ConnectionKeys>();
  cache.set(keys, known);
  const moment = states.join();
  const computed = known.get(moment) ?? compute(keys, states);
  known.set(moment, computed);
  return computed;
}

function compute(keys: readonly ServiceProviderKey[], states: readonly (KeyState | undefined)[]): ConnectionKeys {
  const live = ORDER.flatMap((state) =>
    keys
      .filter((_key, index) => states[index] === state)
      .toSorted((one, other) => one.generation - other.generation)
      .map((key) => ({ ...key, state })),
  );
  const current = live.find(({ use, state }) => use === 'signing' && state === 'current');
  return {
    signing: current && { privateKey: current.privateKey, certificate: current.certificate },
    published: live.filter(({ state }) => state !== 'retired').map(({ use, certificate }) => ({ use, certificate })),
    decryptionKeys: live.filter(({ use }) => use === 'encryption').map(({ privateKey }) => privateKey),
  };
}
