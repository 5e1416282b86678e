import type { Pool } from 'pg';
import { inTransaction, query } from '../sql.ts';
import { RECORD_EVIDENCE } from './statements.ts';

export type EvidenceKind = 'login' | 'test';

/** Somebody got through every check of a sign-in, by `/sso/test` or for real. */
export interface SsoEvidence {
  readonly organizationId: string;
  /** By its name in the document. */
  readonly identityProvider: string;
  /** `connectionDigest` of what verified the answer. */
  readonly connectionDigest: string;
  readonly revision: number;
  readonly kind: EvidenceKind;
  readonly at: Date;
}

export interface SsoEvidenceStore {
  /** Keeps the newest per identity provider. */
  record(evidence: SsoEvidence): Promise<void>;
}

export function ssoEvidenceStore(pool: Pool): SsoEvidenceStore {
  return {
    async record({ organizationId, identityProvider, connectionDigest, revision, kind, at }) {
      const values = [organizationId, identityProvider, connectionDigest, revision, kind, at];
      await inTransaction(pool, { organizationId }, (client) => query(client, RECORD_EVIDENCE, values));
    },
  };
}
