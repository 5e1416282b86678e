import type { RenderProblem } from '@rolecall/platform';

export const SCIM_MEDIA_TYPE = 'application/scim+json; charset=utf-8';
export const ERROR_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:Error';

/** Our codes that have a word in RFC 7644 table 9. */
const SCIM_TYPES: Readonly<Record<string, string>> = {
  malformed_json: 'invalidSyntax',
  json_too_deep: 'invalidSyntax',
  forbidden_key: 'invalidSyntax',
  malformed_request: 'invalidSyntax',
};

/**
 * RFC 7644 §3.12: `schemas`, `status` as text, `scimType` where the table has one, `detail`, and nothing beside them,
 * since strict clients refuse more. The trace id therefore stands in the detail, of server errors only.
 */
export const renderScimError: RenderProblem = (problem, traceId) => {
  const scimType = SCIM_TYPES[problem.code];
  const detail = problem.status >= 500 ? `${problem.message} (trace ${traceId})` : problem.message;
  const body = { schemas: [ERROR_SCHEMA], status: String(problem.status), ...(scimType && { scimType }), detail };
  return { body, contentType: SCIM_MEDIA_TYPE };
};
