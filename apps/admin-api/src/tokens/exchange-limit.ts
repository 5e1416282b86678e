import { Problem } from '@rolecall/platform';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

/**
 * Refused exchanges of one address in a minute; after so many it waits. Nothing can be guessed here: it bounds work and log lines. What is
 * good is not counted.
 */
const REFUSED_PER_MINUTE = 300;

/** Counts per process and per address as it arrives: behind a proxy, all have one. */
export class ExchangeLimit {
  readonly #refused = new RateLimiterMemory({ points: REFUSED_PER_MINUTE, duration: 60 });

  /**
   * Before anything is verified: counts the attempt. `good` takes it back.
   * @throws Problem 429 `too_many_requests`
   */
  async attempt(address: string): Promise<{ good(): Promise<void> }> {
    try {
      await this.#refused.consume(address);
    } catch (result) {
      if (!(result instanceof RateLimiterRes)) throw result;
      throw new Problem(429, 'too_many_requests', 'too many tokens were refused; wait for a minute');
    }
    return {
      good: async () => {
        await this.#refused.reward(address);
      },
    };
  }
}
