import { Controller, Inject, Param, Query } from '@nestjs/common';
import { DATABASE, Problem } from '@rolecall/platform';
import type { Database, LiveDocument, RegistryEntry, RevisionEntry } from '@rolecall/persistence';
import type { Principal } from '../access/principal.ts';
import { Caller, Serves } from '../access/serves.decorator.ts';
import { OPERATIONS } from '../api/operations.ts';
import { knownOrganization } from './known-organization.ts';
import { pageOf, revisionNumber, revisionPageOf } from './page.ts';

/** Of one page, whatever was asked for: some hundred kilobytes, as a rule. */
const MOST_DOCUMENTS = 250;

@Controller()
export class OrganizationsController {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  @Serves(OPERATIONS.listOrganizations)
  async list(@Query() query: Readonly<Record<string, unknown>>, @Caller() caller: Principal): Promise<object> {
    const { cursor, limit, documents } = pageOf(query);
    const page = documents
      ? await this.database.registry.documents(cursor, Math.min(limit, MOST_DOCUMENTS), caller.organizations)
      : await this.database.registry.list(cursor, limit, caller.organizations);
    return { organizations: page.organizations.map(listed), nextCursor: page.nextCursor ?? null };
  }

  @Serves(OPERATIONS.readOrganization)
  async read(@Param('organization') name: string): Promise<object> {
    const record = await knownOrganization(this.database, name);
    return { ...record, collection: record.collection ?? null, appliedAt: record.appliedAt.toISOString() };
  }

  @Serves(OPERATIONS.listRevisions)
  async revisions(
    @Param('organization') name: string,
    @Query() query: Readonly<Record<string, unknown>>,
  ): Promise<object> {
    const { cursor, limit } = revisionPageOf(query);
    const { organizationId } = await knownOrganization(this.database, name);
    const page = await this.database.registry.revisions(organizationId, cursor, limit);
    return { revisions: page.revisions.map(presented), nextCursor: page.nextCursor?.toString() ?? null };
  }

  @Serves(OPERATIONS.readRevision)
  async revision(@Param('organization') name: string, @Param('number') number: string): Promise<object> {
    const { organizationId } = await knownOrganization(this.database, name);
    const wanted = revisionNumber(number);
    const found = wanted === undefined ? undefined : await this.database.registry.revision(organizationId, wanted);
    if (!found) throw new Problem(404, 'unknown_revision', 'the organization has no revision of this number');
    return { ...presented(found), document: found.document };
  }
}

function listed(entry: RegistryEntry & Partial<LiveDocument>) {
  const { name, revision, digest, collection = null, document } = entry;
  return { name, revision, digest, collection, ...(document && { document }) };
}

function presented({ number, digest, origin, appliedAt }: RevisionEntry) {
  const { actor, repository = null, commit = null, file = null } = origin;
  return { number, digest, appliedAt: appliedAt.toISOString(), appliedBy: actor, repository, commit, file };
}
