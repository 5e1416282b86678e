import { Controller, Inject, Param, Query } from '@nestjs/common';
import type { Database } from '@rolecall/persistence';
import { CLOCK, DATABASE } from '@rolecall/platform';
import type { Clock } from '@rolecall/platform';
import type { Principal } from '../access/principal.ts';
import { Caller, Serves } from '../access/serves.decorator.ts';
import { OPERATIONS } from '../api/operations.ts';
import { invalidQuery, knownOnly } from '../api/query.ts';
import type { Query as Parameters } from '../api/query.ts';
import { momentOf } from '../directory/request-query.ts';
import { knownOrganization } from '../organizations/known-organization.ts';
import { accessOf } from './access.ts';
import { editRole, roleOf } from './edit-roles.ts';
import type { RoleEdit } from './edit-roles.ts';
import { knownUser, unknownUser } from './known-user.ts';
import { takesLastSsoAdmin } from './user-query.ts';

/** Roles of users: edited where the application manages them, and explained. */
@Controller()
export class GrantsController {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  @Serves(OPERATIONS.grantRole)
  grant(
    @Param('organization') organization: string,
    @Param('user') userId: string,
    @Param('scope') scope: string,
    @Param('role') role: string,
    @Caller() caller: Principal,
  ): Promise<object> {
    const wanted = { organization, userId, role: roleOf(scope, role), takesLastSsoAdmin: false };
    return this.edit({ ...wanted, what: 'grant' }, caller);
  }

  @Serves(OPERATIONS.revokeRole)
  revoke(
    @Param() { organization = '', user = '', scope = '', role = '' }: Readonly<Record<string, string>>,
    @Query() query: Parameters,
    @Caller() caller: Principal,
  ): Promise<object> {
    const wanted = {
      organization,
      userId: user,
      role: roleOf(scope, role),
      takesLastSsoAdmin: takesLastSsoAdmin(query),
    };
    return this.edit({ ...wanted, what: 'revoke' }, caller);
  }

  /** Also of a past moment. */
  @Serves(OPERATIONS.readUserAccess)
  async access(
    @Param('organization') name: string,
    @Param('user') userId: string,
    @Query() query: Parameters,
  ): Promise<object> {
    knownOnly(query, ['at']);
    const now = this.now();
    const at = momentOf(query, 'at') ?? now;
    if (at > now) throw invalidQuery('`at` is a moment of the past');
    const organization = await knownOrganization(this.database, name);
    const access = await accessOf(this.database, organization, userId, at);
    if (access === undefined) throw unknownUser();
    return access;
  }

  private async edit(edit: RoleEdit, caller: Principal): Promise<object> {
    const now = this.now();
    const outcome = await editRole(this.database, edit, caller, now);
    const { organizationId } = await knownOrganization(this.database, edit.organization);
    return { outcome, user: await knownUser(this.database, organizationId, edit.userId, now) };
  }
}
