import { readFileSync } from 'node:fs';
import { publishedPlatformSchema, publishedSchema, publishedTemplateSchema } from '@rolecall/org-config';
import { EXIT } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import type { Io } from '../io.ts';
import type { SchemaName } from '../program/schema-names.ts';

/** Made from the types of libs/reconcile, which are gone at run time. */
const PLAN = new URL('../../../../schemas/plan.v1.json', import.meta.url);

const TEXTS: Readonly<Record<SchemaName, () => string>> = {
  organization: publishedSchema,
  template: publishedTemplateSchema,
  platform: publishedPlatformSchema,
  plan: () => readFileSync(PLAN, 'utf8'),
};

/** `rolecall schema [WHAT]`: the JSON Schema of what editors and tools read. */
export function schema(what: SchemaName, io: Io): ExitCode {
  io.out(TEXTS[what]());
  return EXIT.done;
}
