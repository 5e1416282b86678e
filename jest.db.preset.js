import { join } from 'node:path';
import preset from './jest.preset.js';

/** Suites that need PostgreSQL: TEST_PG_URL when given, else a throw-away cluster of their own. */
export default {
  ...preset,
  globalSetup: join(import.meta.dirname, 'tools/jest/postgres-setup.mjs'),
  globalTeardown: join(import.meta.dirname, 'tools/jest/postgres-teardown.mjs'),
};
