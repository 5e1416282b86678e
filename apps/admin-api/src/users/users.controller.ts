import { Controller, Inject, Param, Query } from '@nestjs/common';
import { DATABASE } from '@rolecall/platform';
import { isUuid } from '@rolecall/persistence';
import type { Database } from '@rolecall/persistence';
import { Serves } from '../access/serves.decorator.ts';
import { OPERATIONS } from '../api/operations.ts';
import { invalidQuery, knownOnly, limitOf } from '../api/query.ts';
import type { Query as Parameters } from '../api/query.ts';
import { knownOrganization } from '../organizations/known-organization.ts';

/** The users of an organization with what they hold: personal data, which has a right of its own. */
@Controller()
export class UsersController {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  @Serves(OPERATIONS.listUsers)
  async list(@Param('organization') name: string, @Query() query: Parameters): Promise<object> {
    knownOnly(query, ['cursor', 'limit']);
    const { cursor } = query;
    if (cursor !== undefined && !(typeof cursor === 'string' && isUuid(cursor)))
      throw invalidQuery('the cursor is not one of a page');
    const { organizationId } = await knownOrganization(this.database, name);
    const after = cursor === undefined ? {} : { after: cursor };
    const { users, nextCursor } = await this.database.users.page(organizationId, { ...after, limit: limitOf(query) });
    return { users, nextCursor: nextCursor ?? null };
  }
}
