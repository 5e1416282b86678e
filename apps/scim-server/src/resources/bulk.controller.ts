import { Body, Controller, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { LOGGER, type Logger, problemOf, traceOf } from '@rolecall/platform';
import { ScimError } from '@rolecall/scim';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { runBulk } from '../directory/bulk.ts';
import { callOf } from '../http/access.ts';
import { answer } from '../http/answer.ts';
import { explain } from '../http/errors.ts';
import { LIMITS } from '../http/limits.ts';

@Controller('/scim/v2/Bulk')
export class BulkController {
  constructor(@Inject(LOGGER) private readonly logger: Logger) {}

  @Post()
  @HttpCode(200)
  @RouteConfig({ bodyLimit: LIMITS.bulkBody })
  async bulk(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply, @Body() body: unknown) {
    const { traceId } = traceOf(request);
    const unavailable = (error: unknown) => {
      const { status, code, message } = problemOf(explain(error));
      this.logger.error({ err: error, traceId, code }, message);
      return new ScimError(status, undefined, `${message} (trace ${traceId})`);
    };
    return answer(reply, await runBulk(callOf(request.raw), body, unavailable));
  }
}
