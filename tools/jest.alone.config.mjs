import config, { ALONE } from './jest.config.mjs';

export default { ...config, displayName: 'tools, alone', testMatch: ALONE, testPathIgnorePatterns: [], maxWorkers: 1 };
