import preset from '../jest.preset.js';

/** Whole-system tests: the built apps as processes, a real database, a real browser. */
export default {
  ...preset,
  displayName: 'tools',
  rootDir: import.meta.dirname,
  testMatch: ['<rootDir>/**/*.spec.ts'],
  testTimeout: 60_000,
};
