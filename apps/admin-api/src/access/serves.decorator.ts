import { applyDecorators, createParamDecorator, Delete, Get, HttpCode, Patch, Post, Put } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import type { Operation } from '../api/operations.ts';
import { callerOf } from './authenticate.ts';

/** What the router knows of a route that serves an operation. */
export interface RouteAccess {
  readonly access: Operation['right'] | 'open';
  readonly narrowed?: true;
  readonly repairs?: true;
  readonly bodyLimit?: number;
}

const METHODS = { patch: Patch, get: Get, post: Post, put: Put, delete: Delete };

/** Routes a handler as its operation says: method, path, right and body limit. */
export function Serves(operation: Operation): MethodDecorator {
  const { method, path, right, narrowed, repairs, bodyLimit } = operation;
  const config: RouteAccess = {
    access: right ?? 'open',
    ...(narrowed && { narrowed }),
    ...(repairs && { repairs }),
    ...(bodyLimit === undefined ? {} : { bodyLimit }),
  };
  return applyDecorators(METHODS[method](path), HttpCode(200), RouteConfig(config));
}

/** Who asks. */
export const Caller = createParamDecorator((_data: unknown, context: ExecutionContext) =>
  callerOf(context.switchToHttp().getRequest<FastifyRequest>().raw),
);
