import type { DecidedGrant, DecidedMembership, FactsJson } from '@rolecall/role-mapping';

/** The users of an organization, as a plan or an apply reads and writes them. */
export interface UserState {
  /** Users with the facts that decide for them, and those who hold something without any, in batches: memory stays flat. */
  facts(organizationId: string): AsyncIterable<readonly UserFacts[]>;
  /** Makes these exactly the users' grants and memberships, beside grants that somebody edited (set-based, one statement per batch). */
  replaceGrants(organizationId: string, revision: number, users: readonly UserGrants[]): Promise<void>;
  /** Takes away what somebody edited, of every user, but grants of these roles on these scopes. */
  retractEdited(organizationId: string, but: EditedScopes): Promise<void>;
  /** Addresses of these users, by id; whoever has none is not in the map. PERSONAL */
  emails(organizationId: string, userIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Every user of the organization. */
  count(organizationId: string): Promise<number>;
  /** Active users who hold `sso_admin` on any scope, as it is now. */
  administrators(organizationId: string): Promise<number>;
  /** Who have an identity at this identity provider. */
  linkedTo(organizationId: string, identityProvider: string): Promise<number>;
  /** Users of the organization's directory. */
  ofDirectory(organizationId: string): Promise<number>;
  /**
   * Follows a renamed role, scope or group through what users hold: who held `from` holds `to`, once, with its sources
   * and its time kept. Without `to` the name is gone and everything held under it as well. Done in the order given.
   */
  renameHeld(organizationId: string, renames: readonly HeldRename[]): Promise<void>;
}

/** Stands in the place of an identity provider's name (no slug is like it) where the directory decides for a user. */
export const DIRECTORY = '@directory';

/** One user with the facts that decide, of the identity that signed in last or of the directory, and what the user holds now. */
export interface UserFacts {
  readonly userId: string;
  /** Neither invited nor disabled. */
  readonly active: boolean;
  /** Or `DIRECTORY`; undefined = nothing decides for the user, who never signed in by an identity provider. */
  readonly identityProvider: string | undefined;
  readonly facts: FactsJson;
  readonly grants: readonly HeldGrant[];
  readonly groups: readonly string[];
}

export interface HeldGrant {
  readonly scope: string;
  readonly role: string;
  /** Somebody gave it in the application or through the API: no rule takes it away. */
  readonly edited?: true;
}

/** Where roles are edited, and which there are. */
export interface EditedScopes {
  readonly scopes: readonly string[];
  readonly roles: readonly string[];
}

export interface UserGrants {
  readonly userId: string;
  readonly grants: readonly DecidedGrant[];
  readonly groups: readonly DecidedMembership[];
}

/** A role, scope or group that has another name now, or (without `to`) none. */
export interface HeldRename {
  readonly kind: 'role' | 'scope' | 'group';
  readonly from: string;
  readonly to?: string;
}
