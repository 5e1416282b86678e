import type { Database } from '@rolecall/persistence';
import { CLOCK, DATABASE, LOGGER, Metrics } from '@rolecall/platform';
import type { Clock, Logger } from '@rolecall/platform';
import type { Area, AreaOptions } from '../area.ts';
import { IdentityProvidersController } from '../identity-providers/identity-providers.controller.ts';
import { EndedOverrides } from './ended-overrides.ts';
import { OrganizationsController } from './organizations.controller.ts';
import { WriteOrganization } from './write-organization.ts';
import { WritesController } from './writes.controller.ts';

/** Organizations as they are, and writes past git. */
export function organizationsArea({ metadata, openIdProviders, limits }: AreaOptions): Area {
  return {
    controllers: [OrganizationsController, WritesController, IdentityProvidersController],
    providers: [
      {
        provide: WriteOrganization,
        inject: [DATABASE],
        useFactory: (database: Database) => new WriteOrganization(database, metadata, openIdProviders, limits),
      },
      {
        provide: EndedOverrides,
        inject: [DATABASE, WriteOrganization, CLOCK, LOGGER, Metrics],
        useFactory: (
          { expiry }: Database,
          organizations: WriteOrganization,
          clock: Clock,
          logger: Logger,
          metrics: Metrics,
        ) => new EndedOverrides(expiry, organizations, clock, logger, metrics),
      },
    ],
  };
}
