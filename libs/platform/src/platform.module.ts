import { Inject, Module } from '@nestjs/common';
import type { DynamicModule, OnApplicationShutdown } from '@nestjs/common';
import { CLOCK, systemClock } from './clock.ts';
import type { Clock } from './clock.ts';
import { DATABASE } from './database.ts';
import type { DatabaseConnection } from './database.ts';
import { HealthController, METRICS_TOKEN } from './health.controller.ts';
import type { Logger } from './logger.ts';
import { Metrics } from './metrics.ts';

/** Injection token of the app's `Logger`. */
export const LOGGER = Symbol('Logger');

export interface PlatformOptions {
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** `() => openDatabase({ … })`; called once at the start, closed after the last request. */
  readonly openDatabase: () => Promise<DatabaseConnection>;
  /** What `/metrics` asks for as a bearer token; without one it is open to whoever reaches the port. SECRET */
  readonly metricsToken?: string | undefined;
  /** Tests give their own. */
  readonly clock?: Clock;
}

/**
 * Gives every module of an app `LOGGER`, `CLOCK`, `DATABASE` and `Metrics`, and serves `/healthz`, `/readyz` and
 * `/metrics`. Import it once, in the app's root module.
 */
@Module({})
export class PlatformModule implements OnApplicationShutdown {
  constructor(@Inject(DATABASE) private readonly database: DatabaseConnection) {}

  static forRoot(options: PlatformOptions): DynamicModule {
    const providers = [
      { provide: LOGGER, useValue: options.logger },
      { provide: CLOCK, useValue: options.clock ?? systemClock },
      { provide: Metrics, useValue: options.metrics },
      { provide: METRICS_TOKEN, useValue: options.metricsToken },
      { provide: DATABASE, useFactory: options.openDatabase },
    ];
    return { module: PlatformModule, global: true, controllers: [HealthController], providers, exports: providers };
  }

  /** Nest calls this after the HTTP server has finished its last request. */
  async onApplicationShutdown(): Promise<void> {
    await this.database.close();
  }
}
