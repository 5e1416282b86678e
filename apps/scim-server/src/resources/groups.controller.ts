import { Body, Controller, Delete, Param, Patch, Post, Put, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { createGroup } from '../directory/create-group.ts';
import { deleteGroup } from '../directory/delete-group.ts';
import { patchGroup } from '../directory/patch-group.ts';
import { replaceGroup } from '../directory/replace-group.ts';
import { callOf } from '../http/access.ts';
import { answer } from '../http/answer.ts';
import { conditionsOf, projectionIn, queryOf } from '../http/parameters.ts';

/** `/Groups/:id` and creation; reads are in ../http/reads.ts. */
@Controller('/scim/v2/Groups')
export class GroupsController {
  @Post()
  async create(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply, @Body() body: unknown) {
    const call = callOf(request.raw);
    return answer(reply, await createGroup(call, body, projectionIn(request, call.organization.schemas.group)));
  }

  @Put('/:id')
  async replace(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('id') id: string,
    @Body() body: unknown,
  ) {
    const call = callOf(request.raw);
    const projection = projectionIn(request, call.organization.schemas.group);
    return answer(reply, await replaceGroup(call, id, body, conditionsOf(request).match, projection));
  }

  @Patch('/:id')
  async patch(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('id') id: string,
    @Body() body: unknown,
  ) {
    const call = callOf(request.raw);
    const wanted = queryOf(request)['attributes'] !== undefined;
    const projection = projectionIn(request, call.organization.schemas.group);
    return answer(
      reply,
      await patchGroup(call, id, body, conditionsOf(request).match, wanted ? projection : undefined),
    );
  }

  @Delete('/:id')
  async delete(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('id') id: string,
  ) {
    return answer(reply, await deleteGroup(callOf(request.raw), id, conditionsOf(request).match));
  }
}
