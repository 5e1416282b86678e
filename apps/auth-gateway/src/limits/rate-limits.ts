import type { ServerResponse } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { clientOf, LOGGER, type Logger, Metrics } from '@rolecall/platform';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { Counter } from 'prom-client';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { Door } from '../area.ts';
import { CONFIG, type Config } from '../config.ts';
import type { RateLimitSettings } from './settings.ts';
import { TooManyRequests } from './too-many-requests.ts';

const MINUTE_SECONDS = 60;

/** An answer that a login waits for may fail a few times, and is not a way around the limit of its connection. */
const TRIES_PER_LOGIN = 5;

/** All applications of a cluster come from one address: one that does not know that it is gone closes no door for the others. */
const APPLICATIONS_PER_CLIENT = 10;

/** Longer than any id of an application is: what is longer is counted as one. */
const MAX_APPLICATION_ID = 127;

/** Where only what was refused stays counted, and what that is: a token that is over is no guess of a secret, and there may be many at once. */
const REFUSALS: Readonly<Partial<Record<Door, (status: number) => boolean>>> = {
  answer: (status) => status >= 400,
  application: (status) => status === 401,
};

/**
 * How much one client, and strangers together, may ask of this process in a minute (docs/decisions/0025). Nothing here locks
 * anybody out: what is good is not counted where that can be told, and an answer that a login waits for passes a connection
 * that is being flooded.
 */
@Injectable()
export class RateLimits {
  private readonly limiters:
    | Readonly<Record<keyof RateLimitSettings | 'login' | 'oneApplication', RateLimiterMemory>>
    | undefined;
  private readonly turnedAway: Counter<'limit'>;
  private warned = false;

  constructor(
    @Inject(CONFIG) private readonly config: Pick<Config, 'rateLimits' | 'trustedProxies'>,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(Metrics) metrics: Metrics,
  ) {
    const { rateLimits } = config;
    this.limiters = rateLimits === 'off' ? undefined : limitersOf(rateLimits);
    this.turnedAway = metrics.counter('rolecall_rate_limited_total', 'Requests that a limit turned away', ['limit']);
  }

  /**
   * Middleware that counts a client's requests, before their bodies are read. At `answer` only what was refused stays counted:
   * the people of a company come from one address.
   */
  door(door: Door): RequestHandler {
    return async (request: Request, response: Response, next: NextFunction) => {
      this.noticeUntrustedProxy(request);
      const limiter = this.limiters?.[door];
      if (limiter) {
        const client = clientOf(request.ip);
        await this.take(limiter, door, client);
        const isRefusal = REFUSALS[door];
        if (isRefusal) onceAnswered(response, (status) => void (!isRefusal(status) && limiter.reward(client)));
      }
      next();
    };
  }

  /**
   * Lets an answer at a connection pass: each while few were refused there, and beyond that only one that a login waits for
   * (`isAwaited` asks the database), a few times each. Whether it is refused in the end is seen by its status.
   * @param requestId which request of ours it claims to answer: UNVERIFIED
   * @throws TooManyRequests
   */
  async passAnswer(
    connection: string,
    requestId: string | undefined,
    response: Response,
    isAwaited: () => Promise<boolean>,
  ): Promise<void> {
    if (!this.limiters) return;
    const { connection: refused, login } = this.limiters;
    const so = await refused.get(connection);
    if (so !== null && so.remainingPoints <= 0) {
      if (requestId === undefined) throw this.refusal('connection', so);
      await this.take(login, 'connection', requestId);
      if (!(await isAwaited())) throw this.refusal('connection', so);
    }
    onceAnswered(response, (status) => void (status >= 400 && status < 500 && refused.penalty(connection)));
  }

  /**
   * Lets an application that comes from this client prove who it is, while few have failed to do so there in its name.
   * @param id as it calls itself: UNVERIFIED
   * @throws TooManyRequests
   */
  async passApplication(id: string, ip: string | undefined, response: ServerResponse): Promise<void> {
    if (!this.limiters) return;
    const { oneApplication: limiter } = this.limiters;
    const key = `${clientOf(ip)} ${id.length > MAX_APPLICATION_ID ? '' : id}`;
    await this.take(limiter, 'application', key);
    onceAnswered(response, (status) => void (status !== 401 && limiter.reward(key)));
  }

  private async take(limiter: RateLimiterMemory, limit: keyof RateLimitSettings, key: string): Promise<void> {
    try {
      await limiter.consume(key);
    } catch (result) {
      if (!(result instanceof RateLimiterRes)) throw result;
      throw this.refusal(limit, result);
    }
  }

  /** What to throw at who is turned away by the limit of this name. */
  refusal(limit: string, { msBeforeNext }: Pick<RateLimiterRes, 'msBeforeNext'>): TooManyRequests {
    this.turnedAway.inc({ limit });
    return new TooManyRequests(Math.max(1, Math.ceil(msBeforeNext / 1000)));
  }

  /** Behind a proxy that is not named, all clients have one address, and its limit. */
  private noticeUntrustedProxy({ headers }: Request): void {
    if (this.warned || this.config.trustedProxies.length > 0 || headers['x-forwarded-for'] === undefined) return;
    this.warned = true;
    const message = 'X-Forwarded-For comes in and is not believed; name your proxies in ROLECALL_TRUSTED_PROXIES';
    this.logger.warn({ code: 'untrusted_proxy' }, message);
  }
}

function limitersOf(settings: RateLimitSettings) {
  const limiter = (points: number) => new RateLimiterMemory({ points, duration: MINUTE_SECONDS });
  const { start, identify, answer, connection, application } = settings;
  return {
    start: limiter(start),
    identify: limiter(identify),
    answer: limiter(answer),
    connection: limiter(connection),
    application: limiter(application * APPLICATIONS_PER_CLIENT),
    oneApplication: limiter(application),
    login: limiter(TRIES_PER_LOGIN),
  };
}

function onceAnswered(response: ServerResponse, then: (status: number) => void): void {
  response.once('finish', () => then(response.statusCode));
}
