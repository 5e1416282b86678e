/** What has a published JSON Schema. */
export const SCHEMAS = ['organization', 'template', 'platform', 'plan'] as const;
export type SchemaName = (typeof SCHEMAS)[number];
