import { CommandError, EXIT } from '../exit.ts';
import type { Client } from './client.ts';
import type { OffboardingReceipt } from './directory.ts';

/** A user of an organization with what the user holds. */
export interface User {
  readonly userId: string;
  readonly status: 'invited' | 'active' | 'disabled';
  readonly email: string | null;
  readonly givenName: string | null;
  readonly familyName: string | null;
  readonly displayName: string | null;
  /** A user of the directory. */
  readonly managed: boolean;
  readonly identityProviders: readonly string[];
  readonly grants: readonly { readonly scope: string; readonly role: string }[];
  readonly groups: readonly string[];
}

const PAGE = '1000';

/** All users of an organization, a page at a time: what was read before is not kept. */
export async function* usersOf(client: Client, organization: string): AsyncGenerator<readonly User[]> {
  const path = `v1/organizations/${encodeURIComponent(organization)}/users`;
  let cursor: string | null = null;
  do {
    const query = new URLSearchParams({ limit: PAGE, ...(cursor !== null && { cursor }) });
    const page: { readonly users: readonly User[]; readonly nextCursor: string | null } = await client.call(
      'GET',
      `${path}?${query.toString()}`,
    );
    yield page.users;
    cursor = page.nextCursor;
  } while (cursor !== null);
}

/** Why something is held, and since when. */
export interface Why {
  readonly sources: readonly {
    readonly kind: string;
    readonly name?: string;
    /** Of an edited role: who did it. */
    readonly by?: string;
    readonly attribute?: string;
    readonly value?: string;
  }[];
  readonly revision: number;
  readonly since: string;
}

export interface UserDetail extends Omit<User, 'identityProviders' | 'grants' | 'groups'> {
  readonly createdAt: string;
  readonly updatedAt: string;
  /** Since when an administrator keeps the user out. */
  readonly stoppedAt: string | null;
  readonly sessions: number;
  readonly identities: readonly { readonly identityProvider: string; readonly lastLoginAt: string }[];
  readonly grants: readonly ({ readonly scope: string; readonly role: string } & Why)[];
  readonly groups: readonly ({ readonly group: string } & Why)[];
}

export interface UserSession {
  readonly id: string;
  readonly identityProvider: string;
  readonly openedAt: string;
  readonly lastSeenAt: string;
  readonly expiresAt: string;
}

export interface ImportedUsers {
  readonly applied: boolean;
  readonly created: number;
  readonly changed: number;
  readonly unchanged: number;
}

export interface Invited {
  readonly userId: string;
  readonly expiresAt: string;
  /** SECRET; null = it went by mail. */
  readonly link: string | null;
}

/** What a user held at a moment, and why. */
export interface UserAccess {
  readonly at: string;
  readonly grants: readonly {
    readonly scope: string;
    readonly role: string;
    readonly since: string;
    readonly until: string | null;
    readonly sources: readonly (Why['sources'][number] & { readonly place: string | null })[];
    readonly revision: {
      readonly number: number;
      readonly appliedAt: string;
      readonly appliedBy: string;
      readonly repository: string | null;
      readonly commit: string | null;
      readonly file: string | null;
    } | null;
  }[];
}

export interface StoppedUser {
  readonly outcome: 'deactivated' | 'deleted' | 'unchanged';
  readonly receipt: OffboardingReceipt | null;
}

/** The users of one organization at the admin API. */
export class UsersClient {
  readonly #path: string;

  constructor(
    private readonly client: Client,
    readonly organization: string,
  ) {
    this.#path = `v1/organizations/${encodeURIComponent(organization)}/users`;
  }

  page(
    query: Readonly<Record<string, string>>,
  ): Promise<{ readonly users: User[]; readonly nextCursor: string | null }> {
    return this.client.call('GET', `${this.#path}?${new URLSearchParams(query).toString()}`);
  }

  /**
   * The id of the user that a person names, by id or by e-mail address.
   * @throws CommandError `unknown_user`, `several_users`
   */
  async idOf(named: string): Promise<string> {
    if (!named.includes('@')) return named;
    const { users } = await this.page({ email: named, limit: '10' });
    const [user, another] = users;
    if (user === undefined) {
      const message = `${this.organization} has no user with the address ${named}; "rolecall users list ${this.organization}" shows who there is`;
      throw new CommandError(EXIT.failed, 'unknown_user', message);
    }
    if (another === undefined) return user.userId;
    const ids = users.map(({ userId }) => userId).join(', ');
    throw new CommandError(
      EXIT.failed,
      'several_users',
      `several users have the address ${named}; name one by id: ${ids}`,
    );
  }

  read(userId: string): Promise<UserDetail> {
    return this.client.call('GET', this.#of(userId));
  }

  sessions(userId: string): Promise<{ readonly sessions: readonly UserSession[] }> {
    return this.client.call('GET', `${this.#of(userId)}/sessions`);
  }

  endSessions(userId: string): Promise<{ readonly sessionsEnded: number }> {
    return this.client.call('DELETE', `${this.#of(userId)}/sessions`);
  }

  deactivate(userId: string, lastSsoAdmin: boolean): Promise<StoppedUser> {
    return this.client.call('POST', `${this.#of(userId)}/deactivate${consent(lastSsoAdmin)}`);
  }

  reactivate(userId: string): Promise<{ readonly outcome: 'reactivated' | 'unchanged'; readonly user: UserDetail }> {
    return this.client.call('POST', `${this.#of(userId)}/reactivate`);
  }

  remove(userId: string, lastSsoAdmin: boolean): Promise<StoppedUser> {
    return this.client.call('DELETE', `${this.#of(userId)}${consent(lastSsoAdmin)}`);
  }

  invite(user: {
    readonly email: string;
    readonly displayName?: string;
    readonly grants: readonly { readonly scope: string; readonly role: string }[];
    readonly groups: readonly string[];
    readonly printLink?: true;
  }): Promise<Invited> {
    return this.client.call('POST', this.#path, user);
  }

  import(csv: string, apply: boolean, lastSsoAdmin: boolean): Promise<ImportedUsers> {
    return this.client.call('POST', `${this.#path}/import${consent(lastSsoAdmin)}`, { csv, apply });
  }

  inviteAgain(userId: string, how: { readonly printLink?: true }): Promise<Invited> {
    return this.client.call('POST', `${this.#of(userId)}/invitation`, how);
  }

  edit(
    what: 'grant' | 'revoke',
    userId: string,
    { scope, role }: { readonly scope: string; readonly role: string },
    lastSsoAdmin: boolean,
  ): Promise<{ readonly outcome: 'granted' | 'revoked' | 'unchanged'; readonly user: UserDetail }> {
    const path = `${this.#of(userId)}/grants/${encodeURIComponent(scope)}/${encodeURIComponent(role)}`;
    return this.client.call(what === 'grant' ? 'PUT' : 'DELETE', `${path}${consent(lastSsoAdmin)}`);
  }

  editGroup(
    what: 'join' | 'leave',
    userId: string,
    group: string,
  ): Promise<{ readonly outcome: 'joined' | 'left' | 'unchanged'; readonly user: UserDetail }> {
    const path = `${this.#of(userId)}/groups/${encodeURIComponent(group)}`;
    return this.client.call(what === 'join' ? 'PUT' : 'DELETE', path);
  }

  unlink(
    userId: string,
    identityProvider: string,
  ): Promise<{ readonly outcome: 'unlinked' | 'unchanged'; readonly sessionsEnded: number }> {
    return this.client.call('DELETE', `${this.#of(userId)}/identities/${encodeURIComponent(identityProvider)}`);
  }

  access(userId: string, at: string | undefined): Promise<UserAccess> {
    const query = at === undefined ? '' : `?${new URLSearchParams({ at }).toString()}`;
    return this.client.call('GET', `${this.#of(userId)}/access${query}`);
  }

  receipts(userId: string): Promise<{ readonly receipts: readonly OffboardingReceipt[] }> {
    const path = this.#path.replace(/users$/, 'receipts');
    return this.client.call('GET', `${path}?${new URLSearchParams({ user: userId }).toString()}`);
  }

  receipt(id: string): Promise<{ readonly receipt: OffboardingReceipt; readonly jws: string }> {
    return this.client.call('GET', `${this.#path.replace(/users$/, 'receipts')}/${encodeURIComponent(id)}`);
  }

  #of(userId: string): string {
    return `${this.#path}/${encodeURIComponent(userId)}`;
  }
}

const consent = (lastSsoAdmin: boolean) => (lastSsoAdmin ? '?lastSsoAdmin=true' : '');
