import { readSearchQuery } from '@rolecall/scim';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Call, Reply } from '../directory/call.ts';
import { readGroupById } from '../directory/read-group.ts';
import { readUserById } from '../directory/read-user.ts';
import { searchAll } from '../directory/search-all.ts';
import { type CursorKey, searchResources } from '../directory/search.ts';
import { callOf } from './access.ts';
import { answer } from './answer.ts';
import { conditionsOf, idIn, projectionIn, queryOf } from './parameters.ts';

type Read = (call: Call, request: FastifyRequest) => Promise<Reply>;

/**
 * What identity providers ask all day long, GET of resources and of lists, on the router itself: a read has no body and nothing to
 * inject, and the layers of controllers took a tenth of its time (docs/decisions/0036). Hooks and the handling of errors are the same.
 */
export function serveReads(fastify: FastifyInstance, key: CursorKey): void {
  const get = (path: string, read: Read) =>
    fastify.get(path, async (request: FastifyRequest, reply: FastifyReply) =>
      reply.send(answer(reply, await read(callOf(request.raw), request))),
    );
  get('/scim/v2', (call, request) => searchAll(call, readSearchQuery(queryOf(request)), key));
  get('/scim/v2/Users', (call, request) => searchResources(call, 'user', readSearchQuery(queryOf(request)), key));
  get('/scim/v2/Groups', (call, request) => searchResources(call, 'group', readSearchQuery(queryOf(request)), key));
  get('/scim/v2/Users/:id', (call, request) => {
    const projection = projectionIn(request, call.organization.schemas.user);
    return readUserById(call, idIn(request), conditionsOf(request).unless, projection);
  });
  get('/scim/v2/Groups/:id', (call, request) => {
    const projection = projectionIn(request, call.organization.schemas.group);
    return readGroupById(call, idIn(request), conditionsOf(request).unless, projection);
  });
}
