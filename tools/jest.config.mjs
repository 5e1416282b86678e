import { join } from 'node:path';
import preset from '../jest.preset.js';

/** What floods the machine, or measures: jest.alone.config.mjs runs these after all others. */
export const ALONE = ['<rootDir>/e2e/flood.spec.ts'];

/** Whole-system tests: the built apps as processes, a real database, a real browser. */
export default {
  ...preset,
  displayName: 'tools',
  rootDir: import.meta.dirname,
  testMatch: ['<rootDir>/**/*.spec.ts'],
  globalSetup: join(import.meta.dirname, 'e2e/chromium.ts'),
  // a limit for what hangs: a system starts, and a busy machine is several times slower
  testTimeout: 120_000,
  // Each system has ports, a database and a directory of its own. More at once wait for each other on two cores.
  maxWorkers: 2,
  testPathIgnorePatterns: ALONE,
};
