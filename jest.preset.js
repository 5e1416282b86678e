import { join } from 'node:path';

/** Unit suites: plain Node, our TypeScript and ESM packages compiled by SWC, libs read from their sources. */
export default {
  // one name for all projects: they share what was compiled, of which the packages are most
  id: 'rolecall',
  testEnvironment: 'node',
  // a limit for what hangs, not a measure: a busy machine is several times slower
  testTimeout: 60_000,
  testMatch: ['<rootDir>/src/**/*.spec.ts', '<rootDir>/src/**/*.spec.tsx'],
  // never 'import': it breaks jest's own CommonJS dependencies
  testEnvironmentOptions: { customExportConditions: ['@rolecall/source', 'node', 'node-addons'] },
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/out-tsc'],
  transformIgnorePatterns: [],
  transform: { '\\.(tsx?|mjs|js)$': join(import.meta.dirname, 'tools/jest/swc.cjs') },
  moduleFileExtensions: ['ts', 'tsx', 'mjs', 'js', 'cjs', 'json', 'node'],
};
