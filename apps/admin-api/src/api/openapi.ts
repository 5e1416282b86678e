import { OPERATIONS } from './operations.ts';
import type { Operation } from './operations.ts';
import { SCHEMAS } from './schemas.ts';

const jsonOf = (schema: string) => ({ 'application/json': { schema: { $ref: `#/components/schemas/${schema}` } } });

const formOf = (schema: string) => ({
  'application/x-www-form-urlencoded': { schema: { $ref: `#/components/schemas/${schema}` } },
});

/** Codes that any operation may answer with. */
const COMMON: Readonly<Record<number, readonly string[]>> = {
  500: ['internal_error'],
  503: ['database_unavailable'],
};

/** The OpenAPI 3.1 document, made from the same operations and schemas that serve the requests. */
export function openApiDocument(baseUrl: string) {
  const paths: Record<string, Record<string, object>> = {};
  for (const operation of Object.values<Operation>(OPERATIONS)) {
    const path = operation.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [operation.method]: operationObject(operation) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Rolecall admin API',
      version: '1',
      description:
        'For platform teams and the reconciler. Errors are `{ "error": { code, message, traceId, diagnostics? } }`.',
    },
    servers: [{ url: baseUrl }],
    paths,
    components: { schemas: SCHEMAS, securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
  };
}

function operationObject(operation: Operation): object {
  const { id: operationId, summary, right, body } = operation;
  const inPath = [...operation.path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  const inQuery = Object.entries(operation.query ?? {}).map(([name, rest]) => ({ name, in: 'query', ...rest }));
  return {
    operationId,
    summary,
    ...(right && { description: `Needs a token with the right \`${right}\`.`, security: [{ token: [] }] }),
    parameters: [...inPath, ...inQuery],
    ...(body && { requestBody: { required: true, content: operation.form ? formOf(body) : jsonOf(body) } }),
    responses: { 200: { description: 'Done', content: jsonOf(operation.response) }, ...refusalsOf(operation) },
  };
}

/** How a token is refused that is held to some organizations; a foreign one is as unknown as one that is none. */
function reachRefusals({ path, narrowed }: Operation): readonly string[] {
  if (path.includes('/:organization')) return [];
  if (path.includes('/:collection')) return ['collection_out_of_reach'];
  return narrowed ? [] : ['organizations_restricted'];
}

function refusalsOf(operation: Operation): Record<string, object> {
  const refusals: Record<number, readonly string[]> = { ...COMMON, ...operation.refusals };
  if (operation.body && !operation.form) refusals[400] = ['malformed_json', 'invalid_request'];
  if (operation.query) refusals[400] = ['invalid_request'];
  if (operation.right) {
    refusals[401] = ['unauthorized'];
    refusals[403] = ['missing_right', ...reachRefusals(operation), ...(refusals[403] ?? [])];
  }
  const entries = Object.entries(refusals).map(([status, codes]) => [
    status,
    { description: codes.map((code) => `\`${code}\``).join(', '), content: jsonOf('Error') },
  ]);
  return Object.fromEntries(entries) as Record<string, object>;
}
