import type { AuditEvent, AuditEventType, ChainedEvent, ChainHead } from '@rolecall/audit';

/** Which events of a chain; all that are given must hold. */
export interface AuditFilter {
  readonly type?: AuditEventType | undefined;
  /** Id of who did it. */
  readonly actor?: string | undefined;
  /** What it is about. */
  readonly subject?: string | undefined;
  /** Where the request came from, in its canonical form; what was erased is not found. */
  readonly address?: string | undefined;
  /** Of `at`; events that came more than a day late, or early, are not looked for. */
  readonly since?: Date | undefined;
  readonly until?: Date | undefined;
  /** Those behind this link; 0 = from the first. */
  readonly after: number;
  readonly limit: number;
}

/** The chains of the organizations, and with `DEPLOYMENT` the one of what belongs to none. */
export interface AuditStore {
  /** Up to `limit` links in order. */
  list(organizationId: string, filter: AuditFilter): Promise<readonly ChainedEvent[]>;
  /** The last link; seq 0 when there is none. */
  head(organizationId: string): Promise<ChainHead>;
  append(organizationId: string, event: AuditEvent): Promise<void>;
}
