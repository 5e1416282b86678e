import 'reflect-metadata';
import { createLogger, main, runApp } from '@rolecall/platform';
import { readConfig } from './config.ts';
import { createApp } from './create-app.ts';

await main(async () => {
  const config = readConfig(process.env);
  const logger = createLogger({ app: 'admin-api', level: config.logLevel });
  const app = await createApp(config, logger);
  await runApp(app, { logger, host: config.host, port: config.port, configuration: config.redacted });
});
