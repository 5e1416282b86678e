import { createHash, randomBytes } from 'node:crypto';

/** A lease whose holder says nothing for this long is anybody's. */
export const LEASE_TTL_MS = 60_000;

/** How often a holder says that it is alive. */
export const LEASE_HEARTBEAT_MS = 15_000;

/** Who may apply to a collection at the moment. */
export interface Lease {
  readonly collection: string;
  /** Grows with every holder: an apply that comes with a former one is too late. */
  readonly fencing: number;
  /** Where it is applied, as the client says: the address of a CI job, or a host and a process. UNTRUSTED. */
  readonly holder: string;
  /** Name of the API token. */
  readonly token: string;
  readonly takenAt: Date;
  readonly expiresAt: Date;
}

/** What a holder shows: the number alone can be guessed. */
export interface HeldLease {
  readonly fencing: number;
  /** Of its taking, 128 random bits in base64url. SECRET; UNVERIFIED where it is shown */
  readonly secret: string;
}

/** What applies did: a plan that is applied in parts is held to its limits as a whole. */
export interface Done {
  /** Organizations that were deleted or released. */
  readonly deletes: number;
  /** Users who gained or lost something; who did so by two organizations' changes counts twice. */
  readonly affected: number;
}

/** A lease as its store has it. */
export interface StoredLease extends Lease {
  /** By the applies that had it. */
  readonly done: Done;
  /** `secretDigest()`. Undefined = nobody can hold it any more. */
  readonly secretDigest: string | undefined;
}

/** One lease per collection, at most. A plan needs none. */
export interface LeaseStore {
  /** Gives the secret, once. @throws LeaseError `lease_held` while another one lives */
  take(collection: string, by: Pick<Lease, 'holder' | 'token'>, now: Date): Promise<Lease & HeldLease>;
  /** Also brings back one that is over, as long as nobody took or ended it. @throws LeaseError `lease_lost` */
  renew(collection: string, held: HeldLease, now: Date): Promise<Lease>;
  /**
   * Ends a lease and returns it; undefined = there was none.
   * @param held the one to end; without it whichever there is, also in the hands of somebody else
   */
  end(collection: string, held: HeldLease | undefined): Promise<Lease | undefined>;
}

/**
 * `lease_held`: somebody else applies to the collection. `lease_lost`: it was this apply's, and somebody else took or ended it.
 * Nothing was written. Exit code 4.
 */
export class LeaseError extends Error {
  override readonly name = 'LeaseError';
  constructor(
    readonly code: 'lease_held' | 'lease_lost',
    message: string,
  ) {
    super(message);
  }
}

export function leaseHeld({ collection, holder, token, expiresAt }: Lease): LeaseError {
  const who = `${holder} (token "${token}") until ${expiresAt.toISOString()}`;
  const unlock = `or, if that is dead, end its lease with "rolecall unlock ${collection}"`;
  return new LeaseError('lease_held', `"${collection}" is being applied by ${who}; wait for it, ${unlock}`);
}

export function leaseLost(collection: string): LeaseError {
  const message = `the lease of "${collection}" was taken or ended by somebody else since; nothing was written, run it again`;
  return new LeaseError('lease_lost', message);
}

/**
 * Whether an apply may go on: with its own lease, or without any while nobody has one.
 * @param lease the collection's that nobody ended, if any
 * @param held the apply's, if it took one
 * @throws LeaseError
 */
export function requireLease(
  collection: string,
  lease: StoredLease | undefined,
  held: HeldLease | undefined,
  now: Date,
): void {
  if (held === undefined) {
    if (lease !== undefined && lease.expiresAt > now) throw leaseHeld(lease);
  } else if (lease?.fencing !== held.fencing || lease.secretDigest !== secretDigest(held.secret))
    throw leaseLost(collection);
}

/** For one lease: 128 random bits. */
export function newLeaseSecret(): string {
  return randomBytes(16).toString('base64url');
}

/** SHA-256 in hexadecimals: what is stored, and compared; where two of them differ says nothing about a secret. */
export function secretDigest(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
