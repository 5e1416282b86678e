import type { EntityManager } from '@mikro-orm/postgresql';
import type { Pool } from 'pg';
import type { OrganizationDocument } from '@rolecall/org-config';
import type { RevisionOrigin } from '@rolecall/reconcile';
import { OrganizationRegistry } from '../entities/routing.ts';
import { translateError } from '../errors.ts';
import { inTransaction, query } from '../sql.ts';
import type { OrganizationRecord } from '../stores.ts';
import type { LiveRevisionRow } from './load-organization.ts';
import { likeOf } from './globs.ts';
import { liveDocuments } from './live-documents.ts';
import type { LiveDocument } from './live-documents.ts';
import { LIVE_REVISION, REVISION, REVISIONS } from './statements.ts';

export interface RegistryEntry {
  readonly name: string;
  readonly organizationId: string;
  readonly collection: string | undefined;
  readonly revision: number;
  readonly digest: string;
}

export interface Registry {
  /**
   * A page of organizations by name, after the name `cursor`; `nextCursor` is undefined at the end.
   * @param globs of names (`isOrganizationGlob`); undefined = all
   */
  list(
    cursor: string | undefined,
    limit: number,
    globs?: readonly string[],
  ): Promise<{ organizations: RegistryEntry[]; nextCursor: string | undefined }>;
  /** The same page with what is live of each; it ends earlier when the documents are large together. */
  documents(
    cursor: string | undefined,
    limit: number,
    globs?: readonly string[],
  ): Promise<{ organizations: (RegistryEntry & LiveDocument)[]; nextCursor: string | undefined }>;
  /** One organization with its live revision, by its current name. */
  record(name: string): Promise<OrganizationRecord | undefined>;
  /** Revisions of an organization, the newest first, before the number `cursor`; `nextCursor` is undefined at the end. */
  revisions(
    organizationId: string,
    cursor: number | undefined,
    limit: number,
  ): Promise<{ revisions: RevisionEntry[]; nextCursor: number | undefined }>;
  /** One revision with the document that it was. */
  revision(
    organizationId: string,
    number: number,
  ): Promise<(RevisionEntry & { readonly document: OrganizationDocument }) | undefined>;
}

/** One immutable version of an organization's document: who applied it, when and from where. */
export interface RevisionEntry {
  readonly number: number;
  readonly digest: string;
  readonly origin: RevisionOrigin;
  readonly appliedAt: Date;
}

type RevisionRow = Pick<LiveRevisionRow, 'digest' | 'origin' | 'applied_at'> & { number: number };

function toRevision({ number, digest, origin, applied_at: appliedAt }: RevisionRow): RevisionEntry {
  return { number, digest, origin, appliedAt };
}

/** More than any revision's number. */
const NEWEST = 2_147_483_647;

export function registry(em: EntityManager, pool: Pool): Registry {
  const list: Registry['list'] = async (cursor, limit, globs) => {
    const after = cursor === undefined ? {} : { name: { $gt: cursor } };
    const where = globs === undefined ? after : { $and: [after, namedLike(globs)] };
    const rows = await em
      .fork()
      .find(OrganizationRegistry, where, { orderBy: { name: 'asc' }, limit: limit + 1 })
      .catch(rethrow);
    const organizations = rows.slice(0, limit).map(toEntry);
    return { organizations, nextCursor: rows.length > limit ? organizations.at(-1)?.name : undefined };
  };
  return {
    list,

    async documents(cursor, limit, globs) {
      const page = await list(cursor, limit, globs);
      const ids = page.organizations.map(({ organizationId }) => organizationId);
      const { documents, asked } = ids.length === 0 ? NO_DOCUMENTS : await liveDocuments(pool, ids);
      const seen = page.organizations.slice(0, asked);
      const organizations = seen.flatMap((entry) => {
        const live = documents.get(entry.organizationId);
        return live === undefined ? [] : [{ ...entry, ...live }];
      });
      return { organizations, nextCursor: asked < ids.length ? seen.at(-1)?.name : page.nextCursor };
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

    async revisions(organizationId, cursor, limit) {
      const values = [organizationId, cursor ?? NEWEST, limit + 1];
      const rows = await inTransaction(pool, { organizationId }, (client) =>
        query<RevisionRow>(client, REVISIONS, values),
      );
      const revisions = rows.slice(0, limit).map(toRevision);
      return { revisions, nextCursor: rows.length > limit ? revisions.at(-1)?.number : undefined };
    },

    async revision(organizationId, number) {
      const [row] = await inTransaction(pool, { organizationId }, (client) =>
        query<RevisionRow & Pick<LiveRevisionRow, 'document'>>(client, REVISION, [organizationId, number]),
      );
      return row && { ...toRevision(row), document: row.document };
    },
  };
}

const NO_DOCUMENTS = { documents: new Map<string, LiveDocument>(), asked: 0 };

/** Neither names nor patterns have a character that LIKE reads. No pattern = no row. */
function namedLike(globs: readonly string[]) {
  return { $or: [{ name: { $in: [] } }, ...globs.map((glob) => ({ name: { $like: likeOf(glob) } }))] };
}

type Row = { name: string; orgId: string; collection?: string | null; revision: number; digest: string };

function toEntry(row: Row): RegistryEntry {
  const { name, orgId: organizationId, collection, revision, digest } = row;
  return { name, organizationId, collection: collection ?? undefined, revision, digest };
}

function rethrow(error: unknown): never {
  throw translateError(error);
}
