import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import type { Database } from '@rolecall/persistence';
import { DATABASE, LOGGER, PlatformModule } from '@rolecall/platform';
import type { Logger, PlatformOptions } from '@rolecall/platform';
import { DiscoveryController } from './discovery/discovery.controller.ts';
import { BASE_URL, CURSOR_KEY } from './injection-tokens.ts';
import { RequestLog } from './log/request-log.ts';
import { BulkController } from './resources/bulk.controller.ts';
import { MeController } from './resources/me.controller.ts';
import { SearchController } from './resources/search.controller.ts';

export interface AppOptions extends PlatformOptions {
  /** Public base URL. */
  readonly url: string;
  /** Seals the cursors of listings. */
  readonly cursorKey: Buffer;
}

@Module({})
export class AppModule {
  static forRoot(options: AppOptions): DynamicModule {
    return {
      module: AppModule,
      imports: [PlatformModule.forRoot(options)],
      controllers: [DiscoveryController, SearchController, BulkController, MeController],
      providers: [
        { provide: BASE_URL, useValue: options.url },
        { provide: CURSOR_KEY, useValue: options.cursorKey },
        {
          provide: RequestLog,
          inject: [DATABASE, LOGGER],
          useFactory: ({ directoryRequests }: Database, logger: Logger) => new RequestLog(directoryRequests, logger),
        },
      ],
    };
  }
}
