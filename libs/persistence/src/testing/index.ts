export { seedOrganization } from './seed.ts';
export type { SeedOptions } from './seed.ts';
export { testDatabase } from './test-database.ts';
export type { TestDatabase } from './test-database.ts';
