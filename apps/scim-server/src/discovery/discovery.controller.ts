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

/** What every directory has. */
const GENERAL = directorySchemas({ mode: 'tolerant' });

/**
 * RFC 7644 §4: what this server can do, as data. With a token it is what the token's directory can, with the attributes that its
 * organization declared; without one what every directory can.
 */
@Controller('/scim/v2')
export class DiscoveryController {
  private readonly base: string;

  constructor(@Inject(BASE_URL) url: string) {
    this.base = `${url}/scim/v2`;
  }

  @Get('/ServiceProviderConfig')
  @Header('Content-Type', SCIM_MEDIA_TYPE)
  config(@Req() request: FastifyRequest): object {
    return serviceProviderConfig(this.base, LIMITS, schemasOf(request).mode);
  }

  @Get('/ResourceTypes')
  @Header('Content-Type', SCIM_MEDIA_TYPE)
  resourceTypes(@Req() request: FastifyRequest): object {
    return resourceTypeList(schemasOf(request), this.base);
  }

  @Get('/ResourceTypes/:name')
  @Header('Content-Type', SCIM_MEDIA_TYPE)
  resourceType(@Req() request: FastifyRequest, @Param('name') name: string): object {
    return found(resourceTypeByName(name, schemasOf(request), this.base), 'resource type');
  }

  @Get('/Schemas')
  @Header('Content-Type', SCIM_MEDIA_TYPE)
  schemas(@Req() request: FastifyRequest): object {
    return schemaList(schemasOf(request), this.base);
  }

  @Get('/Schemas/:id')
  @Header('Content-Type', SCIM_MEDIA_TYPE)
  schema(@Req() request: FastifyRequest, @Param('id') id: string): object {
    return found(schemaByUrn(id, schemasOf(request), this.base), 'schema');
  }
}

function schemasOf(request: FastifyRequest): DirectorySchemas {
  return knownCall(request.raw)?.organization.schemas ?? GENERAL;
}

function found(document: object | undefined, what: string): object {
  if (!document) throw new ScimError(404, undefined, `there is no such ${what}`);
  return document;
}
