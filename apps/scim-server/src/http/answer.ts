import { Readable } from 'node:stream';
import { etagOf } from '@rolecall/scim';
import type { FastifyReply } from 'fastify';
import type { Reply } from '../directory/call.ts';
import { SCIM_MEDIA_TYPE } from './media-types.ts';

/** Writes what a service function answers, and returns the body for the framework to send. */
export function answer(reply: FastifyReply, { status, body, parts, location, version }: Reply): object | undefined {
  reply.status(status);
  if (location !== undefined && status === 201) reply.header('Location', location);
  if (version !== undefined) reply.header('ETag', etagOf({ version }));
  if (body !== undefined || parts) reply.header('Content-Type', SCIM_MEDIA_TYPE);
  return parts ? Readable.from(parts, { objectMode: false }) : body;
}
