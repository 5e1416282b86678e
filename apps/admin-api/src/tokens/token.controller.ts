import { Body, Controller, Header, Inject, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { CLOCK, LOGGER, Metrics, Problem, traceOf } from '@rolecall/platform';
import type { Clock, Logger } from '@rolecall/platform';
import { Serves } from '../access/serves.decorator.ts';
import { OPERATIONS } from '../api/operations.ts';
import { ExchangeLimit } from './exchange-limit.ts';
import { readExchangeRequest } from './exchange-request.ts';
import { TokenExchange } from './token-exchange.ts';

/** The one door that needs no token, since it gives one. */
@Controller()
export class TokenController {
  readonly #limit = new ExchangeLimit();
  readonly #outcomes;

  constructor(
    @Inject(TokenExchange) private readonly tokens: TokenExchange,
    @Inject(CLOCK) private readonly now: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(Metrics) metrics: Metrics,
  ) {
    const help = 'Tokens of jobs that were to be exchanged, by how it ended';
    this.#outcomes = metrics.counter('rolecall_token_exchanges_total', help, ['outcome']);
  }

  /** RFC 8693. Whatever is wrong with a token, the answer is the same; the log says what, under the trace id of the answer. */
  @Serves(OPERATIONS.exchangeToken)
  @Header('Cache-Control', 'no-store')
  async exchange(@Body() form: unknown, @Req() request: FastifyRequest): Promise<object> {
    const wanted = readExchangeRequest(form);
    const attempt = this.#limit.of(request.ip);
    const trace = traceOf(request);
    const outcome = await this.tokens.exchange(wanted, this.now(), trace.traceId, attempt.begin);
    if ('code' in outcome) {
      this.#outcomes.inc({ outcome: outcome.code });
      const { code, sentence, detail } = outcome;
      this.logger.warn({ code, detail, traceId: trace.traceId }, `a token of a job was not exchanged: ${sentence}`);
      throw refusal();
    }
    await attempt.good();
    this.#outcomes.inc({ outcome: 'exchanged' });
    trace.actor = outcome.id;
    return {
      access_token: outcome.token,
      issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      token_type: 'Bearer',
      expires_in: outcome.lifetimeSeconds,
      scope: outcome.rights.join(' '),
    };
  }
}

function refusal(): Problem {
  const sentence = "the token is not exchanged; the server's log says why, under this trace id";
  return new Problem(400, 'token_refused', sentence);
}
