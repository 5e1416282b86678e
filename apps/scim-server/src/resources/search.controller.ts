import { Body, Controller, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { readSearchBody } from '@rolecall/scim';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { searchAll } from '../directory/search-all.ts';
import { searchResources } from '../directory/search.ts';
import { callOf } from '../http/access.ts';
import { answer } from '../http/answer.ts';
import { CURSOR_KEY } from '../injection-tokens.ts';

/** Lists of one type and of everything by a SearchRequest; by a query they are in ../http/reads.ts. */
@Controller('/scim/v2')
export class SearchController {
  constructor(@Inject(CURSOR_KEY) private readonly key: Buffer) {}

  @Post('/Users/.search')
  @HttpCode(200)
  async usersByBody(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body() body: unknown,
  ) {
    return answer(reply, await searchResources(callOf(request.raw), 'user', readSearchBody(body), this.key));
  }

  @Post('/Groups/.search')
  @HttpCode(200)
  async groupsByBody(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body() body: unknown,
  ) {
    return answer(reply, await searchResources(callOf(request.raw), 'group', readSearchBody(body), this.key));
  }

  @Post('/.search')
  @HttpCode(200)
  async allByBody(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body() body: unknown,
  ) {
    return answer(reply, await searchAll(callOf(request.raw), readSearchBody(body), this.key));
  }
}
