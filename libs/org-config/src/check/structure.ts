import { createRequire } from 'node:module';
import type * as AjvModule from 'ajv/dist/2020.js';
import type { ErrorObject, ValidateFunction } from 'ajv/dist/2020.js';
import type { Json } from '../document.ts';
import type { JsonSchema } from '../schema/json-schema.ts';
import type { Findings } from './finding.ts';
import { explainError, missingKeyMeant } from './explain-error.ts';

/** Its 83 files are a fifth of the start of a command that reads no document, so nothing loads them before there is one. */
const load = createRequire(import.meta.url);

const compiled = new Map<JsonSchema, ValidateFunction>();

/**
 * Compiled once for each kind, at its first document. It's most of the time that a `validate` of a few files takes, so the schema is not
 * checked against its meta-schema here (a test does that), and the generated code is not optimized: 60 ms instead of 130.
 */
function validator(schema: JsonSchema): ValidateFunction {
  const known = compiled.get(schema);
  if (known) return known;
  const { Ajv2020 } = load('ajv/dist/2020.js') as typeof AjvModule;
  const made = new Ajv2020({
    allErrors: true,
    verbose: true,
    strict: true,
    strictRequired: false,
    strictTypes: false,
    discriminator: true,
    allowUnionTypes: true,
    logger: false,
    meta: false,
    validateSchema: false,
    code: { optimize: false },
  }).compile(schema);
  compiled.set(schema, made);
  return made;
}

/** Checks the shape of a document against the schema of its kind, and says each mistake once, in words. */
export function checkStructure(document: Json, findings: Findings, schema: JsonSchema): void {
  const validate = validator(schema);
  if (validate(document)) return;
  const errors = withoutBranches(validate.errors ?? []);
  const explained = errors.map((error) => ({ error, finding: explainError(error) }));
  const unknownKeys = new Set(
    errors.filter(({ keyword }) => keyword === 'additionalProperties').map(({ instancePath }) => instancePath),
  );
  for (const { error, finding } of explained) {
    if (!finding) continue;
    // a misspelt key is one mistake, although it's also the absence of the right one
    if (error.keyword === 'required' && missingKeyMeant(error, errors)) continue;
    if (error.keyword === 'oneOf' && unknownKeys.has(error.instancePath)) continue;
    findings.add(finding);
  }
}

/** Errors inside the branches of a choice say nothing that the choice itself doesn't say better. */
function withoutBranches(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  const choices = errors.filter(({ keyword }) => keyword === 'oneOf').map(({ schemaPath }) => `${schemaPath}/`);
  return errors.filter(({ schemaPath }) => !choices.some((choice) => schemaPath.startsWith(choice)));
}
