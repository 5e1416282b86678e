import { Controller, Inject, Param, Query } from '@nestjs/common';
import { CLOCK, DATABASE } from '@rolecall/platform';
import type { Clock } from '@rolecall/platform';
import type { Database } from '@rolecall/persistence';
import type { Principal } from '../access/principal.ts';
import { Caller, Serves } from '../access/serves.decorator.ts';
import { OPERATIONS } from '../api/operations.ts';
import type { Query as Parameters } from '../api/query.ts';
import { knownOrganization } from '../organizations/known-organization.ts';
import { knownUser, unknownUser } from './known-user.ts';
import { administratorOf, organizationOfUser } from './opening-roles.ts';
import { userPageOf } from './user-query.ts';

/** What a person looks at is a page; more at once, or one page after the other, is a copy of everybody. */
const PAGE_FOR_PEOPLE = 100;
const isExport = ({ after, limit }: ReturnType<typeof userPageOf>) => after !== undefined || limit > PAGE_FOR_PEOPLE;

/** The users of an organization with what they hold: personal data, which has a right of its own. */
@Controller()
export class UsersController {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  @Serves(OPERATIONS.listUsers)
  async list(
    @Param('organization') name: string,
    @Query() query: Parameters,
    @Caller() caller: Principal,
  ): Promise<object> {
    const wanted = userPageOf(query);
    const { organizationId } = await knownOrganization(this.database, name);
    const { users, nextCursor } = await this.database.users.page(organizationId, wanted);
    if (isExport(wanted) && users.length > 0) {
      const data = { users: users.length };
      const event = {
        type: 'users.exported',
        at: this.now(),
        actor: caller.actor,
        subject: organizationId,
        data,
      } as const;
      await this.database.audit.append(organizationId, event);
    }
    return { users, nextCursor: nextCursor ?? null };
  }

  @Serves(OPERATIONS.readUser)
  async read(@Param('organization') name: string, @Param('user') userId: string): Promise<object> {
    const { organizationId } = await knownOrganization(this.database, name);
    return knownUser(this.database, organizationId, userId, this.now());
  }

  @Serves(OPERATIONS.listUserSessions)
  async sessions(@Param('organization') name: string, @Param('user') userId: string): Promise<object> {
    const { organizationId } = await knownOrganization(this.database, name);
    const sessions = await this.database.users.sessions(organizationId, userId, this.now());
    if (sessions) return { sessions };
    throw unknownUser();
  }

  /** Audited by the store, as whatever else is done to a user. */
  @Serves(OPERATIONS.endUserSessions)
  async endSessions(
    @Param('organization') name: string,
    @Param('user') userId: string,
    @Caller() caller: Principal,
  ): Promise<object> {
    const organization = await organizationOfUser(this.database, name);
    const by = administratorOf(organization, caller, this.now());
    const sessionsEnded = await this.database.users.endSessions(organization.organizationId, userId, by);
    if (sessionsEnded === undefined) throw unknownUser();
    return { sessionsEnded };
  }
}
