import type { Database } from '@rolecall/persistence';
import { DATABASE } from '@rolecall/platform';
import type { Area, AreaOptions } from '../area.ts';
import { CollectionsController } from '../collections/collections.controller.ts';
import { LeasesController } from '../collections/leases.controller.ts';
import { PlatformController } from '../platform/platform.controller.ts';
import { AppliesController } from './applies.controller.ts';
import { ReconcileOrganizations } from './reconcile-organizations.ts';

/** Plans and applies of a collection, and what is on record of it. */
export function appliesArea({ metadata, openIdProviders, limits, url }: AreaOptions): Area {
  return {
    controllers: [AppliesController, CollectionsController, LeasesController, PlatformController],
    providers: [
      {
        provide: ReconcileOrganizations,
        inject: [DATABASE],
        useFactory: (database: Database) =>
          new ReconcileOrganizations(database, metadata, openIdProviders, limits, url),
      },
    ],
  };
}
