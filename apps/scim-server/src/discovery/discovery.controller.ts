import { Controller, Get, Header, Inject, Param } from '@nestjs/common';
import { Problem } from '@rolecall/platform';
import { SCIM_MEDIA_TYPE } from '../http/media-types.ts';
import { BASE_URL } from '../injection-tokens.ts';
import { resourceTypes, schemaById, schemas, serviceProviderConfig } from './resources.ts';

/** RFC 7644 §4: what this server can do, as data. */
@Controller('/scim/v2')
export class DiscoveryController {
  constructor(@Inject(BASE_URL) private readonly baseUrl: string) {}

  @Get('/ServiceProviderConfig')
  @Header('Content-Type', SCIM_MEDIA_TYPE)
  config(): object {
    return serviceProviderConfig(this.baseUrl);
  }

  @Get('/ResourceTypes')
  @Header('Content-Type', SCIM_MEDIA_TYPE)
  resourceTypes(): object {
    return resourceTypes();
  }

  @Get('/ResourceTypes/:name')
  resourceType(): never {
    throw new Problem(404, 'not_found', 'there is no such resource type');
  }

  @Get('/Schemas')
  @Header('Content-Type', SCIM_MEDIA_TYPE)
  schemas(): object {
    return schemas(this.baseUrl);
  }

  @Get('/Schemas/:id')
  @Header('Content-Type', SCIM_MEDIA_TYPE)
  schema(@Param('id') id: string): object {
    const schema = schemaById(id, this.baseUrl);
    if (!schema) throw new Problem(404, 'not_found', 'there is no such schema');
    return schema;
  }
}
