import { Controller, Inject, Param, Query } from '@nestjs/common';
import type { Database, OrganizationRecord, UserStopped } from '@rolecall/persistence';
import { CLOCK, DATABASE } from '@rolecall/platform';
import type { Clock } from '@rolecall/platform';
import type { Principal } from '../access/principal.ts';
import { Caller, Serves } from '../access/serves.decorator.ts';
import { OPERATIONS } from '../api/operations.ts';
import type { Query as Parameters } from '../api/query.ts';
import { latest } from './invite.ts';
import { knownUser, lastSsoAdmin, managedByScim, unknownUser } from './known-user.ts';
import { administratorOf, organizationOfUser } from './opening-roles.ts';
import { receiptView } from './receipt-view.ts';
import { takesLastSsoAdmin } from './user-query.ts';

/** Users who go, and those who come back. */
@Controller()
export class OffboardingController {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  @Serves(OPERATIONS.deactivateUser)
  async deactivate(
    @Param('organization') name: string,
    @Param('user') userId: string,
    @Query() query: Parameters,
    @Caller() caller: Principal,
  ): Promise<object> {
    const how = takesLastSsoAdmin(query);
    const organization = await organizationOfUser(this.database, name);
    const { organizationId } = organization;
    const by = administratorOf(organization, caller, this.now());
    return stopped(await this.database.users.deactivate(organizationId, userId, by, keeping(organization, how)));
  }

  @Serves(OPERATIONS.reactivateUser)
  async reactivate(
    @Param('organization') name: string,
    @Param('user') userId: string,
    @Caller() caller: Principal,
  ): Promise<object> {
    return latest(async () => {
      const organization = await organizationOfUser(this.database, name);
      const { organizationId } = organization;
      const by = administratorOf(organization, caller, this.now());
      const { users } = this.database;
      const { outcome } = await users.reactivate(organizationId, userId, by, directoryGone(organization));
      if (outcome === 'unknown') throw unknownUser();
      if (outcome === 'managed') throw managedByScim('activate it at the identity provider');
      return { outcome, user: await knownUser(this.database, organizationId, userId, by.now) };
    });
  }

  @Serves(OPERATIONS.deleteUser)
  async remove(
    @Param('organization') name: string,
    @Param('user') userId: string,
    @Query() query: Parameters,
    @Caller() caller: Principal,
  ): Promise<object> {
    const how = takesLastSsoAdmin(query);
    return latest(async () => {
      const organization = await organizationOfUser(this.database, name);
      const by = administratorOf(organization, caller, this.now());
      const removal = { ...keeping(organization, how), ...directoryGone(organization) };
      return stopped(await this.database.users.remove(organization.organizationId, userId, by, removal));
    });
  }
}

/** Where SSO is enforced somebody must be able to repair it. */
function keeping({ document }: OrganizationRecord, takesLast: boolean) {
  return { keepsSsoAdmin: document.spec.login?.enforceSso === true && !takesLast };
}

/** Users of a directory that the document has no more are the administrators'. */
function directoryGone({ document, revision }: OrganizationRecord) {
  return { directoryGoneSince: document.spec.scim === undefined ? revision : undefined };
}

/** @throws Problem 404 `unknown_user`, 409 `managed_by_scim`, `no_sso_admin` */
function stopped(result: UserStopped): object {
  switch (result.outcome) {
    case 'deactivated':
    case 'deleted':
      return { outcome: result.outcome, receipt: receiptView(result.receipt) };
    case 'unchanged':
      return { outcome: result.outcome, receipt: null };
    case 'unknown':
      throw unknownUser();
    case 'managed':
      throw managedByScim('delete it at the identity provider, or deactivate it here');
    case 'last_sso_admin':
      throw lastSsoAdmin();
  }
}
