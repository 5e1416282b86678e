import { Controller, Get, Header, Inject, Res } from '@nestjs/common';
import { DATABASE } from './database.ts';
import type { DatabaseConnection } from './database.ts';
import { Metrics } from './metrics.ts';

/** A database that takes longer serves nobody. */
const ANSWER_MS = 2_000;

/** Probes and measurements, for the orchestrator and Prometheus; a reverse proxy keeps them from the public. */
@Controller()
export class HealthController {
  constructor(
    @Inject(DATABASE) private readonly database: DatabaseConnection,
    @Inject(Metrics) private readonly metrics: Metrics,
  ) {}

  /** The process runs and its event loop turns; says nothing of what it depends on. */
  @Get('/healthz')
  healthz(): { status: 'ok' } {
    return { status: 'ok' };
  }

  /** Requests can be served now: 200, or 503 with the names of the checks that fail. */
  @Get('/readyz')
  async readyz(@Res({ passthrough: true }) response: { status(code: number): unknown }): Promise<object> {
    if (await this.databaseAnswers()) return { status: 'ready', checks: { database: 'ok' } };
    response.status(503);
    return { status: 'unready', checks: { database: 'failed' } };
  }

  @Get('/metrics')
  @Header('Content-Type', 'text/plain; version=0.0.4; charset=utf-8')
  async exposition(): Promise<string> {
    return this.metrics.render();
  }

  private async databaseAnswers(): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<false>((resolve) => {
      timer = setTimeout(resolve, ANSWER_MS, false);
    });
    try {
      return await Promise.race([this.database.isReady(), late]);
    } finally {
      clearTimeout(timer);
    }
  }
}
