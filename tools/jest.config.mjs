import preset from '../jest.preset.js';

/** Whole-system tests: the built apps as processes, a real database, a real browser. */
export default {
  ...preset,
  displayName: 'tools',
  rootDir: import.meta.dirname,
  testMatch: ['<rootDir>/**/*.spec.ts'],
  testTimeout: 60_000,
  // `npm start` builds, and nx lays dist/ anew while it does: nothing that runs from there may run beside it. For the same
  // reason the suites of the apps come first (package.json).
  maxWorkers: 1,
};
