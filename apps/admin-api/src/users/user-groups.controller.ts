import { Controller, Inject, Param } from '@nestjs/common';
import type { Database } from '@rolecall/persistence';
import { CLOCK, DATABASE } from '@rolecall/platform';
import type { Clock } from '@rolecall/platform';
import type { Principal } from '../access/principal.ts';
import { Caller, Serves } from '../access/serves.decorator.ts';
import { OPERATIONS } from '../api/operations.ts';
import { editGroup } from './edit-groups.ts';
import type { GroupEdit } from './edit-groups.ts';
import { knownUser } from './known-user.ts';

type Path = Readonly<Record<string, string>>;

/** Declared groups of users, where the application manages access. */
@Controller()
export class UserGroupsController {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  @Serves(OPERATIONS.joinGroup)
  join(@Param() path: Path, @Caller() caller: Principal): Promise<object> {
    return this.edit('join', path, caller);
  }

  @Serves(OPERATIONS.leaveGroup)
  leave(@Param() path: Path, @Caller() caller: Principal): Promise<object> {
    return this.edit('leave', path, caller);
  }

  private async edit(what: GroupEdit['what'], path: Path, caller: Principal): Promise<object> {
    const { organization = '', user: userId = '', group = '' } = path;
    const now = this.now();
    const edited = await editGroup(this.database, { organization, userId, group, what }, caller, now);
    return { outcome: edited.outcome, user: await knownUser(this.database, edited.organizationId, userId, now) };
  }
}
