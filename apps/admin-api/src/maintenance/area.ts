import type { Database } from '@rolecall/persistence';
import { CLOCK, DATABASE, LOGGER, MailDelivery, MetadataRefresh, Metrics, MetadataSource } from '@rolecall/platform';
import type { Clock, Logger } from '@rolecall/platform';
import type { Area, AreaOptions } from '../area.ts';
import { MetadataRefresher } from './metadata-refresher.ts';
import { Purge } from './purge.ts';

/** What goes on in the background, asked for by nobody: metadata stays fresh, mail goes out, what is over is deleted. */
export function maintenanceArea(options: AreaOptions): Area {
  const { metadata, mailer, gatewayUrl, refreshesMetadata, addressDays } = options;
  return {
    providers: [
      { provide: MetadataSource, useValue: metadata },
      {
        provide: MetadataRefresh,
        inject: [DATABASE, CLOCK, LOGGER, Metrics],
        useFactory: (database: Database, clock: Clock, logger: Logger, metrics: Metrics) =>
          new MetadataRefresh(database.metadata, metadata, clock, logger, metrics),
      },
      {
        provide: MetadataRefresher,
        inject: [DATABASE, MetadataRefresh, CLOCK, LOGGER, Metrics],
        useFactory: (database: Database, refresh: MetadataRefresh, clock: Clock, logger: Logger, metrics: Metrics) =>
          new MetadataRefresher(database.metadata, refresh, clock, logger, metrics, refreshesMetadata),
      },
      {
        provide: MailDelivery,
        inject: [DATABASE, CLOCK, LOGGER, Metrics],
        useFactory: (database: Database, clock: Clock, logger: Logger, metrics: Metrics) =>
          new MailDelivery({ database, mailer, gatewayUrl, clock, logger, metrics }),
      },
      {
        provide: Purge,
        inject: [DATABASE, CLOCK, LOGGER],
        useFactory: (database: Database, clock: Clock, logger: Logger) =>
          new Purge(database, clock, logger, addressDays),
      },
    ],
  };
}
