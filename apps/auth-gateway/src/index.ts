export { type Config, readConfig } from './config.ts';
export { createApp, type AppParts } from './create-app.ts';
