/** Of `AuditRow`. */
export const AUDIT_COLUMNS = `seq, type, at, actor_kind, actor_id, subject, data, trace_id, encode(digest, 'hex') as digest,
       encode(hash, 'hex') as hash`;
