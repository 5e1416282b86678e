import type { Database } from '@rolecall/persistence';
import { CLOCK, DATABASE, LOGGER, Metrics } from '@rolecall/platform';
import type { Clock, Logger } from '@rolecall/platform';
import type { Area, AreaOptions } from '../area.ts';
import { DomainChecks } from './domain-checks.ts';
import { DomainsController } from './domains.controller.ts';

/** E-mail domains, and how they are proved. */
export function domainsArea({ resolveTxt }: AreaOptions): Area {
  return {
    controllers: [DomainsController],
    providers: [
      {
        provide: DomainChecks,
        inject: [DATABASE, CLOCK, LOGGER, Metrics],
        useFactory: ({ domains }: Database, clock: Clock, logger: Logger, metrics: Metrics) =>
          new DomainChecks(domains, resolveTxt, clock, logger, metrics),
      },
    ],
  };
}
