import type { Pool } from 'pg';
import { inTransaction, query } from '../sql.ts';
import type { Statement } from '../sql.ts';
import type {
  DirectoryRequest,
  DirectoryRequestFilter,
  DirectoryRequestLog,
  DirectoryRequestSummary,
} from '../stores/directory-requests.ts';
import * as sql from './request-statements.ts';

interface RequestRow {
  readonly request_id: string;
  readonly at: Date;
  readonly token_name: string;
  readonly method: string;
  readonly route: string;
  readonly status: number;
  readonly scim_type: string | null;
  readonly outcome: DirectoryRequest['outcome'];
  readonly quirks: readonly string[];
  readonly resource_type: string | null;
  readonly resource_id: string | null;
  readonly attributes: readonly string[];
  readonly detail: string | null;
  readonly hint: string | null;
  readonly milliseconds: number;
}

/** What requests of SCIM clients did, for the people who must find out why an identity provider says that it failed. */
export function directoryRequestLog(pool: Pool): DirectoryRequestLog {
  return {
    async append(requests) {
      if (requests.length === 0) return;
      await query(pool, sql.APPEND_REQUESTS, [`[${requests.map(toRow).join(',')}]`]);
    },

    async list(organizationId, filter) {
      const { statement, of } = statementFor(filter);
      const { cursor, since, outcomes, statusClass, tokenName, quirk, limit } = filter;
      const after = [cursor?.at ?? 'infinity', cursor?.requestId ?? '', since ?? '-infinity'];
      const only = [outcomes, statusClass, tokenName, quirk].map((value) => value ?? null);
      const values = [organizationId, ...after, ...only, limit + 1, ...of];
      const rows = await inTransaction(pool, { organizationId }, (client) =>
        query<RequestRow>(client, statement, values),
      );
      const requests = rows.slice(0, limit).map(toSummary);
      const last = requests.at(-1);
      const more = rows.length > limit && last !== undefined;
      return { requests, nextCursor: more ? { at: last.at, requestId: last.requestId } : undefined };
    },

    async find(organizationId, requestId) {
      const [row] = await inTransaction(pool, { organizationId }, (client) =>
        query<RequestRow & { payload: object | null }>(client, sql.FIND_REQUEST, [organizationId, requestId]),
      );
      return row && { ...toSummary(row), payload: row.payload ?? undefined };
    },
  };
}

/** The statement whose index leads to the fewest rows, with what it takes beside the others. */
function statementFor({ resourceId, outcomes }: DirectoryRequestFilter): { statement: Statement; of: string[] } {
  if (resourceId !== undefined) return { statement: sql.LIST_REQUESTS_OF_RESOURCE, of: [resourceId] };
  const bad = outcomes?.every((outcome) => outcome === 'refused' || outcome === 'failed') === true;
  return { statement: bad ? sql.LIST_REFUSED_REQUESTS : sql.LIST_REQUESTS, of: [] };
}

const NAME_LENGTH = 128;
const SENTENCE_LENGTH = 1000;
const NAMES = 50;
const PAYLOAD_LENGTH = 16_384;

/**
 * What a client chose is cut, and what PostgreSQL cannot store is replaced: one strange request must not cost the others of its
 * statement their entries. As JSON, since the payload is one text already.
 */
function toRow(request: DirectoryRequest & { readonly organizationId: string }): string {
  const payload = storablePayload(request.payload);
  const row = {
    org_id: request.organizationId,
    request_id: storable(request.requestId, NAME_LENGTH),
    at: request.at,
    token_name: storable(request.tokenName, NAME_LENGTH),
    method: storable(request.method, NAME_LENGTH),
    route: storable(request.route, NAME_LENGTH),
    status: request.status,
    scim_type: storable(request.scimType, NAME_LENGTH),
    outcome: request.outcome,
    quirks: request.quirks.slice(0, NAMES).map((name) => storable(name, NAME_LENGTH)),
    resource_type: storable(request.resourceType, NAME_LENGTH),
    resource_id: storable(request.resourceId, NAME_LENGTH),
    attributes: request.attributes.slice(0, NAMES).map((name) => storable(name, NAME_LENGTH)),
    detail: storable(request.detail, SENTENCE_LENGTH),
    hint: storable(request.hint, SENTENCE_LENGTH),
    milliseconds: Math.round(request.milliseconds),
  };
  const text = JSON.stringify(row);
  return payload === undefined ? text : `${text.slice(0, -1)},"payload":${payload}}`;
}

function storable(text: string | undefined, length: number): string | undefined {
  if (text === undefined) return undefined;
  const cut = text.length > length ? text.slice(0, length) : text;
  return cut.isWellFormed() && !cut.includes('\0') ? cut : cut.toWellFormed().replaceAll('\0', '\uFFFD');
}

/** An escape in a JSON text, each read once. */
const ESCAPE = /\\(?:u[0-9a-f]{4}|.)/g;
/** What no JSON text of PostgreSQL may have: NUL, and halves of a surrogate pair, as JSON.stringify writes them. */
const UNSTORABLE = /^\\u(?:0000|d[89a-f][0-9a-f]{2})$/;

function storablePayload(payload: object | undefined): string | undefined {
  if (payload === undefined) return undefined;
  const text = JSON.stringify(payload);
  if (text.length > PAYLOAD_LENGTH) return JSON.stringify({ cut: `${text.length} characters` });
  if (!text.includes('\\u')) return text;
  return text.replace(ESCAPE, (escape) => (UNSTORABLE.test(escape) ? '\uFFFD' : escape));
}

function toSummary(row: RequestRow): DirectoryRequestSummary {
  return {
    requestId: row.request_id,
    at: row.at,
    tokenName: row.token_name,
    method: row.method,
    route: row.route,
    status: row.status,
    scimType: row.scim_type ?? undefined,
    outcome: row.outcome,
    quirks: row.quirks,
    resourceType: row.resource_type ?? undefined,
    resourceId: row.resource_id ?? undefined,
    attributes: row.attributes,
    detail: row.detail ?? undefined,
    hint: row.hint ?? undefined,
    milliseconds: row.milliseconds,
  };
}
