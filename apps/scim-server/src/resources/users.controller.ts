import { Body, Controller, Delete, Param, Patch, Post, Put, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { createUser } from '../directory/create-user.ts';
import { deleteUser } from '../directory/delete-user.ts';
import { patchUser } from '../directory/patch-user.ts';
import { replaceUser } from '../directory/replace-user.ts';
import { callOf } from '../http/access.ts';
import { answer } from '../http/answer.ts';
import { conditionsOf, projectionIn } from '../http/parameters.ts';

/** `/Users/:id` and creation; reads are in ../http/reads.ts. */
@Controller('/scim/v2/Users')
export class UsersController {
  @Post()
  async create(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply, @Body() body: unknown) {
    const call = callOf(request.raw);
    return answer(reply, await createUser(call, body, projectionIn(request, call.organization.schemas.user)));
  }

  @Put('/:id')
  async replace(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('id') id: string,
    @Body() body: unknown,
  ) {
    const call = callOf(request.raw);
    const projection = projectionIn(request, call.organization.schemas.user);
    return answer(reply, await replaceUser(call, id, body, conditionsOf(request).match, projection));
  }

  @Patch('/:id')
  async patch(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('id') id: string,
    @Body() body: unknown,
  ) {
    const call = callOf(request.raw);
    const projection = projectionIn(request, call.organization.schemas.user);
    return answer(reply, await patchUser(call, id, body, conditionsOf(request).match, projection));
  }

  @Delete('/:id')
  async delete(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('id') id: string,
  ) {
    return answer(reply, await deleteUser(callOf(request.raw), id, conditionsOf(request).match));
  }
}
