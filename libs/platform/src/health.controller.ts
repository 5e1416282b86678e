import { hash, timingSafeEqual } from 'node:crypto';
import { Controller, Get, Header, Headers, Inject, Res } from '@nestjs/common';
import { DATABASE } from './database.ts';
import type { DatabaseConnection } from './database.ts';
import { Metrics } from './metrics.ts';
import { Problem } from './problem.ts';

/** Injection token of what `/metrics` asks for; undefined = nothing. */
export const METRICS_TOKEN = Symbol('MetricsToken');

/** A database that takes longer serves nobody. */
const ANSWER_MS = 2_000;

/** Probes and measurements, for the orchestrator and Prometheus; a reverse proxy keeps them from the public. */
@Controller()
export class HealthController {
  constructor(
    @Inject(DATABASE) private readonly database: DatabaseConnection,
    @Inject(Metrics) private readonly metrics: Metrics,
    @Inject(METRICS_TOKEN) private readonly metricsToken: string | undefined,
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

  /** @throws Problem 401 `unauthorized` */
  @Get('/metrics')
  @Header('Content-Type', 'text/plain; version=0.0.4; charset=utf-8')
  async exposition(@Headers('authorization') authorization: string | undefined): Promise<string> {
    if (this.metricsToken !== undefined && !shows(authorization, this.metricsToken)) {
      throw new Problem(401, 'unauthorized', 'the metrics need the bearer token of ROLECALL_METRICS_TOKEN');
    }
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

/** Compares digests, which takes the same time wherever they differ and however long the texts are. */
function shows(authorization: string | undefined, token: string): boolean {
  const shown = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1] ?? '';
  return timingSafeEqual(hash('sha256', shown, 'buffer'), hash('sha256', token, 'buffer'));
}
