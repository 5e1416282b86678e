import { API_VERSION } from '../document.ts';
import type { JsonSchema } from './json-schema.ts';
import { slug } from './names.ts';
import { organizationSchema } from './organization-schema.ts';

/** Keys that choose between the forms of a map. */
const DISCRIMINATORS: ReadonlySet<string> = new Set(['type']);

const INHERITABLE = partial(organizationSchema.properties?.['spec']);
const DEFINITIONS = Object.fromEntries(
  Object.entries(organizationSchema.$defs ?? {}).map(([name, schema]) => [name, partial(schema)]),
);

/**
 * JSON Schema of a template: the `spec` of an organization, of which anything may be missing. What is required is checked in the
 * organizations, with what each of them adds.
 */
export const templateSchema: JsonSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'https://rolecall.dev/schemas/organization-template.v1.json',
  title: 'OrganizationTemplate',
  description: 'Settings that many organizations share, each by naming the template in its `spec.from`.',
  type: 'object',
  required: ['apiVersion', 'kind', 'metadata', 'spec'],
  additionalProperties: false,
  properties: {
    apiVersion: { description: 'The version of this format.', const: API_VERSION, examples: [API_VERSION] },
    kind: {
      description: 'What the document declares.',
      const: 'OrganizationTemplate',
      examples: ['OrganizationTemplate'],
    },
    metadata: {
      description: 'Which template this is.',
      type: 'object',
      required: ['name'],
      additionalProperties: false,
      properties: {
        name: { ...slug, description: 'The name that organizations write into `spec.from`.', examples: ['enterprise'] },
      },
      examples: [{ name: 'enterprise' }],
    },
    spec: {
      ...INHERITABLE,
      description: 'What organizations inherit. An identity provider names its `type`, anything else may be missing.',
    },
  },
  $defs: DEFINITIONS,
};

/** JSON Schema of an organization that inherits from somewhere: an organization, without what may come from there. */
export const inheritingSchema: JsonSchema = {
  ...organizationSchema,
  properties: { ...organizationSchema.properties, spec: INHERITABLE },
  $defs: DEFINITIONS,
};

/**
 * A schema of which any key may be missing. Lists, and maps that have one of several forms, are inherited as a whole and stay as they
 * are; a key that chooses between forms stays required.
 */
function partial(schema: JsonSchema | false | undefined): JsonSchema {
  if (!schema) return {};
  if (schema.oneOf && !schema.discriminator) return schema;
  const { required, properties, additionalProperties, ...rest } = schema;
  const choosing = required?.filter((key) => DISCRIMINATORS.has(key)) ?? [];
  return {
    ...rest,
    ...(choosing.length > 0 && { required: choosing }),
    ...(properties && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([key, inner]) => [key, inner === false ? inner : partial(inner)]),
      ),
    }),
    ...(additionalProperties !== undefined && {
      additionalProperties: additionalProperties === false ? false : partial(additionalProperties),
    }),
  };
}
