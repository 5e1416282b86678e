import type { Database } from '@rolecall/persistence';
import { CLOCK, DATABASE, LOGGER, Metrics } from '@rolecall/platform';
import type { Clock, Logger } from '@rolecall/platform';
import type { Area, AreaOptions } from '../area.ts';
import { ExpiryMail } from './expiry-mail.ts';
import { ExpiryController, METRICS_ARE_OURS } from './expiry.controller.ts';

/** The register of what ends, and who is told. */
export function expiryArea({ metricsAreOurs, post }: AreaOptions): Area {
  return {
    controllers: [ExpiryController],
    providers: [
      { provide: METRICS_ARE_OURS, useValue: metricsAreOurs },
      {
        provide: ExpiryMail,
        inject: [DATABASE, CLOCK, LOGGER, Metrics],
        useFactory: ({ expiry }: Database, clock: Clock, logger: Logger, metrics: Metrics) =>
          new ExpiryMail(expiry, post, clock, logger, metrics),
      },
    ],
  };
}
