import { HttpException } from '@nestjs/common';
import { PersistenceError } from '@rolecall/persistence';
import { Problem } from '@rolecall/platform';
import type { RenderProblem } from '@rolecall/platform';
import { errorBody, type Quirk, ScimError, type ScimType } from '@rolecall/scim';
import { LIMITS } from './limits.ts';
import { SCIM_MEDIA_TYPE } from './media-types.ts';

/** A SCIM error on its way through the platform: the same, with the word of RFC 7644 table 9. */
export class ScimProblem extends Problem {
  constructor({ status, scimType, detail, quirk }: ScimError) {
    super(status, scimType ?? `scim_${status}`, detail);
    this.scimType = scimType;
    this.quirk = quirk;
  }
  readonly scimType: ScimType | undefined;
  /** What tolerant mode would have understood. */
  readonly quirk: Quirk | undefined;
}

/** Codes of the platform that have a word in RFC 7644 table 9. */
const SCIM_TYPES: Readonly<Record<string, ScimType>> = {
  malformed_json: 'invalidSyntax',
  json_too_deep: 'invalidSyntax',
  json_too_many_values: 'invalidSyntax',
  forbidden_key: 'invalidSyntax',
  forbidden_character: 'invalidValue',
  invalid_text: 'invalidValue',
  malformed_request: 'invalidSyntax',
};

/** What this app's libraries throw, as Problems; everything else the platform explains. */
export function explain(error: unknown): unknown {
  if (error instanceof ScimError) return new ScimProblem(error);
  if (statusOf(error) === 413) {
    const text = `the body is larger than ${LIMITS.body} bytes (${LIMITS.bulkBody} at /Bulk); send less at once`;
    return new Problem(413, 'body_too_large', text);
  }
  if (statusOf(error) === 415) {
    return new Problem(415, 'unsupported_media_type', 'send JSON as application/scim+json or application/json');
  }
  if (error instanceof PersistenceError && error.code === 'stale_revision') {
    const text = "the organization's configuration changed several times meanwhile and nothing was written; try again";
    return new Problem(503, 'stale_revision', text);
  }
  return error;
}

/**
 * RFC 7644 §3.12: `schemas`, `status` as text, `scimType` where the table has one, `detail`, and nothing beside them,
 * since strict clients refuse more. The trace id therefore stands in the detail, of server errors only.
 */
export const renderScimError: RenderProblem = (problem, traceId) => {
  const scimType = problem instanceof ScimProblem ? problem.scimType : SCIM_TYPES[problem.code];
  const detail = problem.status >= 500 ? `${problem.message} (trace ${traceId})` : problem.message;
  return { body: errorBody({ status: problem.status, scimType, detail }), contentType: SCIM_MEDIA_TYPE };
};

/** Of what the framework refuses. */
function statusOf(error: unknown): number | undefined {
  return error instanceof HttpException ? error.getStatus() : undefined;
}
