import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createJsonApp, Metrics } from '@rolecall/platform';
import type { Logger } from '@rolecall/platform';
import { openDatabase } from '@rolecall/persistence';
import { AppModule } from './app.module.ts';
import type { Config } from './config.ts';
import { gate } from './gate.ts';
import { renderScimError } from './scim-error.ts';

/** The SCIM server, not listening yet. */
export async function createApp(config: Config, logger: Logger): Promise<NestFastifyApplication> {
  const metrics = new Metrics('scim-server');
  const { url, databaseUrl } = config;
  const log = (message: string) => logger.warn({ from: 'database' }, message);
  const root = AppModule.forRoot({
    logger,
    metrics,
    url,
    openDatabase: () => openDatabase({ url: databaseUrl, applicationName: 'rolecall-scim-server', log }),
  });
  const options = {
    logger,
    metrics,
    url,
    render: renderScimError,
    mediaTypes: ['application/scim+json'],
  };
  const app = await createJsonApp(root, options);
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRequest', async (request, reply) => {
      const route = request.is404 ? undefined : request.routeOptions.url;
      const refusal = gate(route, request.raw.url ?? '');
      if (refusal?.status === 405) reply.header('Allow', 'GET, HEAD');
      if (refusal) throw refusal;
    });
  return app;
}
