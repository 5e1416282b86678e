import type { EntityManager } from '@mikro-orm/postgresql';
import type { Pool } from 'pg';
import { OrganizationRegistry } from '../entities/routing.ts';
import { translateError } from '../errors.ts';
import { inTransaction, query } from '../sql.ts';
import type { OrganizationRecord } from '../stores.ts';
import type { LiveRevisionRow } from './load-organization.ts';
import { LIVE_REVISION } from './statements.ts';

export interface RegistryEntry {
  readonly name: string;
  readonly organizationId: string;
  readonly collection: string | undefined;
  readonly revision: number;
  readonly digest: string;
}

export interface Registry {
  /** A page of organizations by name, after the name `cursor`; `nextCursor` is undefined at the end. */
  list(
    cursor: string | undefined,
    limit: number,
  ): Promise<{ organizations: RegistryEntry[]; nextCursor: string | undefined }>;
  /** One organization with its live revision, by its current name. */
  record(name: string): Promise<OrganizationRecord | undefined>;
}

export function registry(em: EntityManager, pool: Pool): Registry {
  return {
    async list(cursor, limit) {
      const where = cursor === undefined ? {} : { name: { $gt: cursor } };
      const rows = await em
        .fork()
        .find(OrganizationRegistry, where, { orderBy: { name: 'asc' }, limit: limit + 1 })
        .catch(rethrow);
      const organizations = rows.slice(0, limit).map(toEntry);
      return { organizations, nextCursor: rows.length > limit ? organizations.at(-1)?.name : undefined };
    },

    async record(name) {
      const row = await em.fork().findOne(OrganizationRegistry, { name }).catch(rethrow);
      if (row === null) return undefined;
      const organizationId = row.orgId;
      const [live] = await inTransaction(pool, { organizationId }, (client) =>
        query<LiveRevisionRow>(client, LIVE_REVISION, [organizationId]),
      );
      if (live === undefined) return undefined;
      return {
        name: live.name,
        organizationId,
        collection: row.collection ?? undefined,
        revision: live.revision,
        digest: live.digest,
        document: live.document,
        appliedAt: live.applied_at,
        appliedBy: live.origin.actor,
      };
    },
  };
}

type Row = { name: string; orgId: string; collection?: string | null; revision: number; digest: string };

function toEntry(row: Row): RegistryEntry {
  const { name, orgId: organizationId, collection, revision, digest } = row;
  return { name, organizationId, collection: collection ?? undefined, revision, digest };
}

function rethrow(error: unknown): never {
  throw translateError(error);
}
