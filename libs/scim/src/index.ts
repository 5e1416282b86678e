export * from './errors.ts';
export * from './filter/filter.ts';
export * from './resource.ts';
export * from './schema/attribute.ts';
