export { directoryContradictions } from './directory-consistency.ts';
export { seedOrganization } from './seed.ts';
export type { SeedOptions } from './seed.ts';
export { testDatabase } from './test-database.ts';
export type { TestDatabase } from './test-database.ts';
export { seedDirectory } from './seed-directory.ts';
export type { SeededGroup, SeededResource } from './seed-directory.ts';
export { filledGroup, filledMember, filledUser, fillDirectory } from './fill-directory.ts';
export type { DirectorySize } from './fill-directory.ts';
