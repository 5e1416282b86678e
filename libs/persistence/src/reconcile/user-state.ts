import type { PoolClient } from 'pg';
import { SSO_ADMIN } from '@rolecall/org-config';
import type { EditedScopes, HeldRename, UserFacts, UserGrants, UserState } from '@rolecall/reconcile';
import { replaceGrants } from '../grants/replace-grants.ts';
import { factsOfUsers } from './facts-of-users.ts';
import type { OrganizationConnection } from './organization-connection.ts';
import {
  ADMINISTRATORS,
  DIRECTORY_USERS,
  EMAILS,
  LINKED_USERS,
  RENAME_HELD,
  RETRACT_EDITED,
  USERS,
} from './user-statements.ts';

/** The users' part of a plan or an apply. */
export class PgUserState implements UserState {
  constructor(
    private readonly client: PoolClient,
    private readonly on: OrganizationConnection,
    private readonly now: Date,
    /** An apply locks what it reads; a plan does not, and writes no grants. */
    private readonly applies: boolean,
    /** Told of each page of users. */
    private readonly looked: (users: number) => void = () => undefined,
  ) {}

  async *facts(organizationId: string): AsyncIterable<readonly UserFacts[]> {
    await this.on.enter(organizationId);
    for await (const batch of factsOfUsers(this.client, organizationId, this.applies)) {
      yield batch;
      this.looked(batch.length);
      // the caller may have worked for another organization in between
      await this.on.enter(organizationId);
    }
  }

  async replaceGrants(organizationId: string, revision: number, users: readonly UserGrants[]): Promise<void> {
    if (!this.applies) return;
    await this.on.enter(organizationId);
    await replaceGrants(this.client, organizationId, revision, users, this.now);
  }

  async retractEdited(organizationId: string, { scopes, roles }: EditedScopes): Promise<void> {
    if (this.applies) await this.on.query(organizationId, RETRACT_EDITED, [scopes, roles]);
  }

  async emails(organizationId: string, userIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const rows = await this.on.query<{ user_id: string; email: string }>(organizationId, EMAILS, [userIds]);
    return new Map(rows.map((row) => [row.user_id, row.email]));
  }

  count(organizationId: string): Promise<number> {
    return this.on.count(organizationId, USERS);
  }

  administrators(organizationId: string): Promise<number> {
    return this.on.count(organizationId, ADMINISTRATORS, [SSO_ADMIN]);
  }

  linkedTo(organizationId: string, identityProvider: string): Promise<number> {
    return this.on.count(organizationId, LINKED_USERS, [identityProvider]);
  }

  ofDirectory(organizationId: string): Promise<number> {
    return this.on.count(organizationId, DIRECTORY_USERS);
  }

  async renameHeld(organizationId: string, renames: readonly HeldRename[]): Promise<void> {
    for (const { kind, from, to } of renames) {
      await this.on.query(organizationId, RENAME_HELD[kind], [from, to ?? null]);
    }
  }
}
