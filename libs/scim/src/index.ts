export * from './errors.ts';
export * from './filter/filter.ts';
export * from './quirks.ts';
export * from './resource.ts';
export { readValue, type Reading } from './resource/read-value.ts';
export * from './schema/attribute.ts';
export * from './schema/registry.ts';
