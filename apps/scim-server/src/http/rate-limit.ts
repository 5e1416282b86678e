import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

/** Twice the rate may come at once. */
const BURST = 2;

/**
 * How many requests one directory may send to this process (docs/decisions/0031): `perSecond` over two seconds, so a burst
 * of twice as many is fine. Every token of a directory counts on the same account; a bulk request counts once.
 */
export class RateLimit {
  readonly #limiter: RateLimiterMemory | undefined;

  constructor(perSecond: number | 'off') {
    this.#limiter =
      perSecond === 'off' ? undefined : new RateLimiterMemory({ points: perSecond * BURST, duration: BURST });
  }

  /** @returns undefined = go on; else how many seconds to wait */
  async take(organizationId: string): Promise<number | undefined> {
    try {
      await this.#limiter?.consume(organizationId);
      return undefined;
    } catch (result) {
      if (!(result instanceof RateLimiterRes)) throw result;
      return Math.max(1, Math.ceil(result.msBeforeNext / 1000));
    }
  }
}
