import { Controller, Get, Header, Inject, Param, Req } from '@nestjs/common';
import {
  directorySchemas,
  type DirectorySchemas,
  resourceTypeByName,
  resourceTypeList,
  schemaByUrn,
  schemaList,
  ScimError,
  serviceProviderConfig,
} from '@rolecall/scim';
import type { FastifyRequest } from 'fastify';
import { knownCall } from '../http/access.ts';
import { LIMITS } from '../http/limits.ts';
import { SCIM_MEDIA_TYPE } from '../http/media-types.ts';
import { BASE_URL } from '../injection-tokens.ts';

/** What every directory has: shown to who comes without a token. */
const STANDARD = directorySchemas({ mode: 'tolerant' });

/** RFC 7644 §4: what this server can do, as data; with a token that of its directory, with the organization's own extension. */
@Controller('/scim/v2')
export class DiscoveryController {
  readonly #base: string;

  constructor(@Inject(BASE_URL) url: string) {
    this.#base = `${url}/scim/v2`;
  }

  @Get('/ServiceProviderConfig')
  @Header('Content-Type', SCIM_MEDIA_TYPE)
  config(@Req() request: FastifyRequest): object {
    return serviceProviderConfig(this.#base, LIMITS, schemasFor(request).mode);
  }

  @Get('/ResourceTypes')
  @Header('Content-Type', SCIM_MEDIA_TYPE)
  resourceTypes(@Req() request: FastifyRequest): object {
    return resourceTypeList(schemasFor(request), this.#base);
  }

  @Get('/ResourceTypes/:name')
  @Header('Content-Type', SCIM_MEDIA_TYPE)
  resourceType(@Req() request: FastifyRequest, @Param('name') name: string): object {
    return found(resourceTypeByName(name, schemasFor(request), this.#base), 'resource type; see /ResourceTypes');
  }

  @Get('/Schemas')
  @Header('Content-Type', SCIM_MEDIA_TYPE)
  schemas(@Req() request: FastifyRequest): object {
    return schemaList(schemasFor(request), this.#base);
  }

  @Get('/Schemas/:id')
  @Header('Content-Type', SCIM_MEDIA_TYPE)
  schema(@Req() request: FastifyRequest, @Param('id') id: string): object {
    return found(schemaByUrn(id, schemasFor(request), this.#base), 'schema in this directory; see /Schemas');
  }
}

function schemasFor(request: FastifyRequest): DirectorySchemas {
  return knownCall(request.raw)?.organization.schemas ?? STANDARD;
}

function found(document: object | undefined, what: string): object {
  if (!document) throw new ScimError(404, undefined, `there is no such ${what}`);
  return document;
}
