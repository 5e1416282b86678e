import type { Database } from '@rolecall/persistence';
import { CLOCK, DATABASE, LOGGER, Metrics } from '@rolecall/platform';
import type { Clock, Logger } from '@rolecall/platform';
import type { Area, AreaOptions } from '../area.ts';
import { AuditStream } from '../streams/stream.ts';
import { AuditController } from './audit.controller.ts';
import { KeysController } from './keys.controller.ts';

/** The audit log: read, proved, and sent out. */
export function auditArea({ sinks }: AreaOptions): Area {
  return {
    controllers: [AuditController, KeysController],
    providers: [
      {
        provide: AuditStream,
        inject: [DATABASE, CLOCK, LOGGER, Metrics],
        useFactory: ({ auditStreams }: Database, clock: Clock, logger: Logger, metrics: Metrics) =>
          new AuditStream(auditStreams, sinks, clock, logger, metrics),
      },
    ],
  };
}
