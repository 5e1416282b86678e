import type { DecidedGrant, DecidedMembership, FactsJson, Profile } from '@rolecall/role-mapping';

/** `invited`: provisioned and never signed in; the first login makes it `active`. `disabled` signs in by nothing. */
export type UserStatus = 'invited' | 'active' | 'disabled';

export interface StoredUser {
  readonly userId: string;
  readonly status: UserStatus;
  readonly profile: Profile;
  /** Present for a user of the directory. */
  readonly directory?: DirectoryDecision;
}

/** What decides for a user of the directory. */
export interface DirectoryDecision {
  /** undefined = the directory; of a user who was adopted and not changed since, the IdP that signed the user in last. */
  readonly identityProvider: string | undefined;
  /** What that source said last, under its own names. Empty when the identity is gone. */
  readonly facts: FactsJson;
}

/** A user of the directory whom something in a login names. */
export interface ProvisionedUser {
  readonly user: StoredUser;
  /** Where the user has an identity to sign in by, in order; the directory's own is none. */
  readonly identityProviders: readonly string[];
  /** What names the user. */
  readonly namedBy: readonly NamedBy[];
}

/** A value of a login that names a user of the directory. */
export interface NamedBy {
  /** As it was given. */
  readonly value: string;
  /** Whether the directory compares it as an address: a full-width U+FF20 is an @ to it. */
  readonly isAddress: boolean;
  /** Whether it is the subject's name; else it's the e-mail address alone. */
  readonly isSubject: boolean;
}

export interface SubjectKey {
  readonly identityProvider: string;
  readonly nameId: { readonly value: string; readonly format: string };
}

/** What the deciding identity of a known user says now. */
export interface NewLoginOfUser {
  readonly userId: string;
  readonly subject: SubjectKey;
  readonly profile: Profile;
  readonly facts: FactsJson;
  readonly now: Date;
  /** The document has no directory: the login decides also for users for whom a former directory did. */
  readonly takesOver?: boolean;
}

/** What a signed-in user sees of the ways to sign in. */
export interface OwnAccount {
  readonly userId: string;
  readonly openedAt: Date;
  readonly identities: readonly { readonly identityProvider: string; readonly email: string | undefined }[];
}

/** A VERIFIED subject that a signed-in user wants to sign in by from now on. */
export interface OwnLink {
  readonly userId: string;
  /** SHA-256 of the user's session in the browser that came back with the subject. UNVERIFIED */
  readonly session: Buffer;
  readonly subject: SubjectKey;
  readonly facts: FactsJson;
  readonly now: Date;
}

export type LinkedOwn = 'linked' | 'bound' | 'session_ended';

/** What replaceGrants changed, for the announcement and the audit log. */
export interface GrantChanges {
  readonly granted: readonly { scope: string; role: string }[];
  readonly revoked: readonly { scope: string; role: string }[];
  readonly joined: readonly string[];
  readonly left: readonly string[];
}

/** What the rules of one revision give a user. */
export interface DecidedAccess {
  readonly revision: number;
  readonly grants: readonly DecidedGrant[];
  readonly groups: readonly DecidedMembership[];
}

/** A new user and what they were given; or the one whom another login created meanwhile. */
export type CreatedUser =
  | { readonly user: StoredUser; readonly created: true; readonly changes: GrantChanges }
  | { readonly user: StoredUser; readonly created: false };

/** What a signed-in browser is told after a login that changed something. */
export interface Announcement extends GrantChanges {
  readonly firstLogin: boolean;
  readonly returnTo: string | undefined;
  /** Ids of users whose accounts the person may open instead. */
  readonly accounts?: readonly string[];
}
