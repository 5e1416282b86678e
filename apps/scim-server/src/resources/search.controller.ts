import { Body, Controller, Get, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { readSearchBody, readSearchQuery } from '@rolecall/scim';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { searchAll } from '../directory/search-all.ts';
import { searchResources } from '../directory/search.ts';
import { callOf } from '../http/access.ts';
import { answer } from '../http/answer.ts';
import { queryOf } from '../http/parameters.ts';
import { CURSOR_KEY } from '../injection-tokens.ts';

/** Lists of one type and of everything, by a query or by a SearchRequest. */
@Controller('/scim/v2')
export class SearchController {
  constructor(@Inject(CURSOR_KEY) private readonly key: Buffer) {}

  @Get('/Users')
  async users(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    return answer(
      reply,
      await searchResources(callOf(request.raw), 'user', readSearchQuery(queryOf(request)), this.key),
    );
  }

  @Get('/Groups')
  async groups(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    return answer(
      reply,
      await searchResources(callOf(request.raw), 'group', readSearchQuery(queryOf(request)), this.key),
    );
  }

  @Get()
  async all(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    return answer(reply, await searchAll(callOf(request.raw), readSearchQuery(queryOf(request)), this.key));
  }

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
