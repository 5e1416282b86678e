import { clientOf, Problem } from '@rolecall/platform';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

/** Tokens that one address sends in the name of one issuer and that are refused, in a minute; after so many it waits. */
const REFUSED_PER_MINUTE = 300;

/** One request's. */
export interface Attempt {
  /** Before anything is verified: counts it. @throws Problem 429 `too_many_requests` */
  readonly begin: (unverifiedIssuer: string) => Promise<void>;
  /** It was exchanged: takes that back. */
  readonly good: () => Promise<void>;
}

/**
 * Counts per process, issuer and client what is refused after it cost work: nothing can be guessed here, it bounds signatures to
 * verify and log lines. What names no trusted issuer costs nothing and is not counted, so that nonsense keeps no job waiting; nor is
 * what is good.
 */
export class ExchangeLimit {
  readonly #refused = new RateLimiterMemory({ points: REFUSED_PER_MINUTE, duration: 60 });

  /** @param ip as the framework tells it, from trusted proxies alone */
  of(ip: string | undefined): Attempt {
    let counted: string | undefined;
    return {
      begin: async (unverifiedIssuer) => {
        counted = `${clientOf(ip)} ${unverifiedIssuer}`;
        try {
          await this.#refused.consume(counted);
        } catch (result) {
          if (!(result instanceof RateLimiterRes)) throw result;
          const seconds = Math.max(1, Math.ceil(result.msBeforeNext / 1000));
          const sentence = `too many tokens were refused; wait for ${seconds} seconds`;
          throw new Problem(429, 'too_many_requests', sentence, undefined, seconds);
        }
      },
      good: async () => {
        if (counted !== undefined) await this.#refused.reward(counted);
      },
    };
  }
}
