import { AUDIT_EVENT_TYPES } from '@rolecall/audit';
import { count, list, moment, object, orNull, ref, sha256, string } from './parts.ts';

/** Who did what. */
export const audit = {
  AuditPage: object({
    events: list(ref('AuditEvent')),
    nextAfter: { ...orNull(count), description: 'For the next page; null: these are the last ones for now' },
  }),
  AuditEvent: object({
    seq: { ...count, description: '1, 2, 3 … in this log, without a gap' },
    type: { enum: AUDIT_EVENT_TYPES },
    at: moment,
    actor: object({ kind: { enum: ['user', 'token', 'recovery', 'system'] }, id: string }),
    subject: string,
    data: { type: 'object', description: 'What the catalogue lists for this type; no address, no name, no secret' },
    traceId: orNull(string),
    origin: {
      ...orNull(sha256),
      description:
        'Commitment to the client: SHA-256 of the text "rolecall audit origin v1", a zero byte, the salt and the address; null: no request did it',
    },
    client: {
      ...orNull(
        object({
          address: { ...string, description: 'IPv4 or IPv6 address. Personal data' },
          salt: { ...string, description: 'What the commitment was made with: 16 bytes in hexadecimal digits' },
        }),
      ),
      description: 'Where the request came from; null: no request did it, or the address was erased',
    },
    digest: { ...sha256, description: 'SHA-256 of the canonical form of the event' },
    hash: { ...sha256, description: 'SHA-256 of the hash before it and the digest' },
  }),
  AuditHead: object({
    organization: { ...orNull(string), description: 'null: the deployment' },
    seq: count,
    hash: sha256,
    at: moment,
    jws: { ...string, description: 'The same, signed (EdDSA, `typ` rolecall-audit-head+jwt) by a key of /.well-known/jwks.json' },
  }),
};
