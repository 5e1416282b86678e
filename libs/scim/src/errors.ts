import type { Quirk } from './quirks.ts';

/** RFC 7644 table 9, RFC 9865 table 3. */
const SCIM_TYPES = [
  'invalidFilter',
  'tooMany',
  'uniqueness',
  'mutability',
  'invalidSyntax',
  'invalidPath',
  'noTarget',
  'invalidValue',
  'invalidVers',
  'sensitive',
  'invalidCursor',
  'expiredCursor',
  'invalidCount',
] as const;
export type ScimType = (typeof SCIM_TYPES)[number];

const ERROR_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:Error';

/**
 * A request that is refused (RFC 7644 §3.12). `detail` is shown to the client and kept in the request log: it names attributes and
 * positions and says what to do; never a value, a statement or anything of another organization.
 */
export class ScimError extends Error {
  override readonly name = 'ScimError';

  constructor(
    /** HTTP status; part of RFC 7644's table of errors, and of a bulk response's body. */
    readonly status: number,
    readonly scimType: ScimType | undefined,
    readonly detail: string,
    /** What tolerant mode would have understood, when strict mode refuses it; for the log, never for the client. */
    readonly quirk?: Quirk,
  ) {
    super(detail);
  }
}

/** The body of an error: these members and no others, which strict clients insist on. */
export function errorBody({ status, scimType, detail }: Pick<ScimError, 'status' | 'scimType' | 'detail'>): object {
  return { schemas: [ERROR_SCHEMA], status: String(status), ...(scimType !== undefined && { scimType }), detail };
}
