import { Controller, Inject, Param, Query } from '@nestjs/common';
import { DATABASE } from '@rolecall/platform';
import type { Database } from '@rolecall/persistence';
import { Serves } from '../access/serves.decorator.ts';
import { OPERATIONS } from '../api/operations.ts';
import { knownOrganization } from './known-organization.ts';
import { pageOf } from './page.ts';

@Controller()
export class OrganizationsController {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  @Serves(OPERATIONS.listOrganizations)
  async list(@Query() query: Readonly<Record<string, unknown>>): Promise<object> {
    const { cursor, limit } = pageOf(query);
    const page = await this.database.registry.list(cursor, limit);
    const organizations = page.organizations.map(({ name, revision, digest, collection }) => {
      return { name, revision, digest, collection: collection ?? null };
    });
    return { organizations, nextCursor: page.nextCursor ?? null };
  }

  @Serves(OPERATIONS.readOrganization)
  async read(@Param('organization') name: string): Promise<object> {
    const record = await knownOrganization(this.database, name);
    return { ...record, collection: record.collection ?? null, appliedAt: record.appliedAt.toISOString() };
  }
}
