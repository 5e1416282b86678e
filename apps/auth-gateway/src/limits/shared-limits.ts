import { Inject, Injectable } from '@nestjs/common';
import type { Database, Limit, SharedLimit } from '@rolecall/persistence';
import { clientOf, DATABASE, networkOf } from '@rolecall/platform';
import { RateLimits } from './rate-limits.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;

/** Tries within a window of seconds. docs/decisions/0051 says why these numbers. */
const LIMITS = {
  'password-client': [50, 15 * MINUTE],
  'password-network': [5, 15 * MINUTE],
  'password-network-slow': [1, 2 * MINUTE],
  'password-account': [50, HOUR],
  'password-device': [10, 15 * MINUTE],
  'password-device-slow': [1, MINUTE],
  // as long as the link in the mail lives: whoever cannot ask for another one has one
  'forgot-address': [3, 30 * MINUTE],
  'forgot-client': [10, HOUR],
  'recovery-address': [3, 15 * MINUTE],
  'recovery-client': [10, HOUR],
  'email-code': [10, HOUR],
  'second-factor': [20, HOUR],
} as const satisfies Record<string, readonly [points: number, seconds: number]>;

type LimitName = keyof typeof LIMITS;

/** Somebody tries a password. */
export interface PasswordTry {
  /** Organization and address, whether there is such an account or not: all are counted alike (security.md 32). */
  readonly account: string;
  /** As the framework knows it. */
  readonly ip: string | undefined;
  /** The device's id, of one that this account KNOWS: the caller has looked. undefined = any other. */
  readonly device: string | undefined;
}

/** A try that was let through. */
export interface LetThrough {
  /** It was good: only others stay counted, since a company comes from one address. */
  good(): Promise<void>;
}

/**
 * Limits of what somebody could guess at, and of mails that somebody else could ask for, counted in PostgreSQL for all gateways
 * together; beside those of `RateLimits`, which protect one process. Nobody can lock others out with them (security.md 31): a device
 * that the account knows is counted by itself, a network that has tried too often may try again now and then, and a link in a mail
 * lives as long as no other can be asked for.
 */
@Injectable()
export class SharedLimits {
  readonly #limits: Readonly<Record<LimitName, SharedLimit>>;

  constructor(
    @Inject(DATABASE) { limits }: Pick<Database, 'limits'>,
    @Inject(RateLimits) private readonly turnedAway: Pick<RateLimits, 'refusal'>,
  ) {
    const made = Object.entries(LIMITS).map(([name, [points, seconds]]) => [
      name,
      limits.limit({ name, points, seconds } satisfies Limit),
    ]);
    this.#limits = Object.fromEntries(made) as Record<LimitName, SharedLimit>;
  }

  /**
   * Counts a try of a code of this account; those of one sign-in are counted with it.
   * @throws TooManyRequests
   */
  async take(name: 'second-factor', account: string): Promise<void> {
    await this.require(name, account);
  }

  /** Counts a mail with a code, which whoever has the password can ask for. False = send none: nobody's mailbox is filled. */
  async mayMailCode(account: string): Promise<boolean> {
    return (await this.#limits['email-code'].take(account)).allowed;
  }

  /** To be asked before a password is looked at. @throws TooManyRequests */
  async password(attempt: PasswordTry): Promise<LetThrough> {
    const { account, device, ip } = attempt;
    if (device !== undefined) {
      const key = JSON.stringify([account, device]);
      await this.orSlowly('password-device', 'password-device-slow', key);
      return this.letThrough([['password-device', key]]);
    }
    const client = clientOf(ip);
    const network = JSON.stringify([account, networkOf(ip)]);
    await this.require('password-client', client);
    await this.orSlowly('password-network', 'password-network-slow', network);
    // last: a try that was turned away is none at the account
    await this.require('password-account', account);
    return this.letThrough([
      ['password-client', client],
      ['password-network', network],
      ['password-account', account],
    ]);
  }

  /**
   * Counts a wish for a mail with a link. False = say the same as ever, and send none. @throws TooManyRequests when this client has
   * wished for too many, whatever the addresses
   */
  async mayMail(name: 'forgot' | 'recovery', account: string, ip: string | undefined): Promise<boolean> {
    await this.require(`${name}-client`, clientOf(ip));
    return (await this.#limits[`${name}-address`].take(account)).allowed;
  }

  private letThrough(taken: readonly (readonly [LimitName, string])[]): LetThrough {
    return {
      good: async () => {
        await Promise.all(taken.map(([name, key]) => this.#limits[name].giveBack(key)));
      },
    };
  }

  private async require(name: LimitName, key: string): Promise<void> {
    const { allowed, endsInMs } = await this.#limits[name].take(key);
    if (!allowed) throw this.turnedAway.refusal(name, { msBeforeNext: endsInMs });
  }

  /** Beyond the first limit, as often as the second one says. */
  private async orSlowly(name: LimitName, slowly: LimitName, key: string): Promise<void> {
    if ((await this.#limits[name].take(key)).allowed) return;
    await this.require(slowly, key);
  }
}
