import { canonicalAddress } from '@rolecall/audit';
import type { AuditEvent } from '@rolecall/audit';
import pg from 'pg';
import { inTransaction, query } from '../sql.ts';
import type { Statement } from '../sql.ts';
import { ROUTE_NAME } from '../organizations/statements.ts';
import { appendAudit } from './append.ts';

const ERASE: Statement = {
  name: 'audit.erase-address',
  text: `delete from audit_origins where org_id = $1 and address = $2::inet returning encode(digest, 'hex') as digest`,
};

/** Below what a list in an event may hold. */
const MOST_OF_EVENT = 200;

export interface EraseAddressOptions {
  /** The role that owns the tables: no service erases one before its time. */
  readonly ownerUrl: string;
  /** Name of the organization. UNTRUSTED */
  readonly organization: string;
  /** IPv4 or IPv6. UNTRUSTED */
  readonly address: string;
  readonly now: Date;
}

/**
 * Erases one client's address beside the audit log of an organization, upon its person's request; the log records that somebody did, and not
 * which address it was. Events of that client within the present hour write it again.
 * @returns of how many hours of the client it stood there; undefined when there is no such organization
 * @throws TypeError when it is no address
 */
export async function eraseAddress({
  ownerUrl,
  organization,
  address,
  now,
}: EraseAddressOptions): Promise<number | undefined> {
  const canonical = canonicalAddress(address);
  if (canonical === undefined) throw new TypeError('not an IPv4 or IPv6 address');
  const pool = new pg.Pool({ connectionString: ownerUrl, application_name: 'rolecall-erase-address', max: 1 });
  try {
    const [route] = await query<{ org_id: string }>(pool, ROUTE_NAME, [organization]);
    if (route === undefined) return undefined;
    const organizationId = route.org_id;
    return await inTransaction(pool, { organizationId }, async (client) => {
      const erased = await query<{ digest: string }>(client, ERASE, [organizationId, canonical]);
      const origins = erased.map(({ digest }) => digest).sort();
      const events = Array.from({ length: Math.ceil(origins.length / MOST_OF_EVENT) }, (_, at) => {
        return erasedEvent(organizationId, origins.slice(at * MOST_OF_EVENT, (at + 1) * MOST_OF_EVENT), now);
      });
      if (events.length > 0) await appendAudit(client, organizationId, events);
      return origins.length;
    });
  } finally {
    await pool.end();
  }
}

/** The origins tell a verifier which addresses are gone rightly; without their salts they tell nobody which these were. */
function erasedEvent(subject: string, origins: readonly string[], at: Date): AuditEvent {
  const actor = { kind: 'system', id: 'rolecall db' } as const;
  return { type: 'audit.address_erased', at, actor, subject, data: { clients: origins.length, origins } };
}
