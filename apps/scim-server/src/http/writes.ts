import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Call, Reply } from '../directory/call.ts';
import { createGroup } from '../directory/create-group.ts';
import { createUser } from '../directory/create-user.ts';
import { deleteGroup } from '../directory/delete-group.ts';
import { deleteUser } from '../directory/delete-user.ts';
import { patchGroup } from '../directory/patch-group.ts';
import { patchUser } from '../directory/patch-user.ts';
import { replaceGroup } from '../directory/replace-group.ts';
import { replaceUser } from '../directory/replace-user.ts';
import { callOf } from './access.ts';
import { answer } from './answer.ts';
import { conditionsOf, idIn, projectionIn, queryOf } from './parameters.ts';

type Write = (call: Call, request: FastifyRequest) => Promise<Reply>;

/**
 * Creation and change of one resource, on the router itself as reads are (docs/decisions/0036): bodies are UNTRUSTED JSON that the
 * service functions read, and nothing is injected.
 */
export function serveWrites(fastify: FastifyInstance): void {
  const on = (method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', url: string, write: Write) =>
    fastify.route({
      method,
      url,
      handler: async (request: FastifyRequest, reply: FastifyReply) =>
        reply.send(answer(reply, await write(callOf(request.raw), request))),
    });
  serveUsers(on);
  serveGroups(on);
}

type On = (method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', url: string, write: Write) => unknown;

function serveUsers(on: On): void {
  const shown = (call: Call, request: FastifyRequest) => projectionIn(request, call.organization.schemas.user);
  const url = '/scim/v2/Users';
  on('POST', url, (call, request) => createUser(call, request.body, shown(call, request)));
  on('PUT', `${url}/:id`, (call, request) =>
    replaceUser(call, idIn(request), request.body, conditionsOf(request).match, shown(call, request)),
  );
  on('PATCH', `${url}/:id`, (call, request) =>
    patchUser(call, idIn(request), request.body, conditionsOf(request).match, shown(call, request)),
  );
  on('DELETE', `${url}/:id`, (call, request) => deleteUser(call, idIn(request), conditionsOf(request).match));
}

function serveGroups(on: On): void {
  const shown = (call: Call, request: FastifyRequest) => projectionIn(request, call.organization.schemas.group);
  const url = '/scim/v2/Groups';
  on('POST', url, (call, request) => createGroup(call, request.body, shown(call, request)));
  on('PUT', `${url}/:id`, (call, request) =>
    replaceGroup(call, idIn(request), request.body, conditionsOf(request).match, shown(call, request)),
  );
  on('PATCH', `${url}/:id`, (call, request) => {
    const projection = shown(call, request);
    const wanted = queryOf(request)['attributes'] !== undefined;
    return patchGroup(call, idIn(request), request.body, conditionsOf(request).match, wanted ? projection : undefined);
  });
  on('DELETE', `${url}/:id`, (call, request) => deleteGroup(call, idIn(request), conditionsOf(request).match));
}
