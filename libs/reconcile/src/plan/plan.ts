import type { Json, SourcePosition } from '@rolecall/org-config';

export const PLAN_FORMAT_VERSION = '1.1';

export type PlanAction = 'create' | 'update' | 'rename' | 'delete' | 'release' | 'adopt';

/**
 * What an apply will do, as a complete value: versioned JSON, printed by `plan --format json`. Apply does only what a plan
 * says; the server makes it by running the apply code in a transaction that is rolled back.
 */
export interface Plan {
  readonly formatVersion: typeof PLAN_FORMAT_VERSION;
  readonly collection: string;
  /** `sha256:<hex>` over the canonical changes without revisions: equal plans of different moments have equal prints. */
  readonly fingerprint: string;
  /** Sorted by organization. Empty = nothing to do. */
  readonly changes: readonly OrganizationChange[];
  /** What changes for the deployment, by its document; absent = nothing. */
  readonly platform?: PlatformChange;
  /**
   * Organizations that the collection owns and the input does not have. Without `prune` they stay as they are and are
   * only named; with it each is a `release` or a `delete` in `changes`, by its stored deletionPolicy.
   */
  readonly absent: readonly string[];
  /** Declared fields that are live otherwise for a while, and stay so. Sorted by organization and path. */
  readonly overrides: readonly PlanOverride[];
  /** Entries that nobody declared, of the organizations that were looked into. They stay. Sorted. */
  readonly unmanaged: readonly UnmanagedEntry[];
  readonly summary: PlanSummary;
  /** Present when the request asked for it: the plan can be applied once under this id, until then (RFC 3339). */
  readonly saved?: { readonly id: string; readonly expiresAt: string };
}

/** Who set a declared field otherwise, why, and until when. */
export interface PlanOverride {
  readonly organization: string;
  /** JSON pointer, as a FieldChange has it. */
  readonly path: string;
  /** Name of the API token. */
  readonly by: string;
  readonly reason: string;
  /** RFC 3339. */
  readonly expires: string;
}

/** An entry of a keyed map that the server has and no file declares. */
export interface UnmanagedEntry {
  readonly organization: string;
  /** JSON pointer. */
  readonly path: string;
}

export interface PlanSummary {
  readonly create: number;
  readonly update: number;
  readonly rename: number;
  readonly delete: number;
  readonly release: number;
  readonly adopt: number;
  readonly unchanged: number;
}

export interface OrganizationChange {
  readonly organization: string;
  readonly action: PlanAction;
  /** The name before a rename. */
  readonly previousName?: string;
  /** The revision that the plan saw; 0 for a create. Apply refuses when it moved. */
  readonly baseRevision: number;
  /** Empty where the document stays as it is: a delete, a release, an adopt of what is as declared. */
  readonly fields: readonly FieldChange[];
  readonly impact: Impact;
  /** The name of an organization that goes and is much like this new one: `previously` would make it a rename. */
  readonly looksLike?: string;
  /** Filled by the command line, which alone knows the files. */
  readonly source?: SourcePosition;
}

export type FieldOrigin = 'git' | 'drift' | 'conflict';
/** A change of `kind: Platform`. */
export interface PlatformChange {
  readonly action: 'create' | 'update';
  /** The revision that the plan saw; 0 for a create. */
  readonly baseRevision: number;
  /** Empty when only the collection that owns it becomes another. */
  readonly fields: readonly FieldChange[];
  /** API tokens of running jobs that end, since no entry gives them what they hold any more. Absent = none. */
  readonly endedTokens?: number;
  /** Filled by the command line. */
  readonly source?: SourcePosition;
}

/** Whether an apply of the plan has anything to do. */
export function changesNothing({ changes, platform }: Pick<Plan, 'changes' | 'platform'>): boolean {
  return changes.length === 0 && platform === undefined;
}

/** One entry or leaf of the document that differs. */
export interface FieldChange {
  /** JSON pointer, e.g. `/spec/roles/campaign-creator/permissions`. */
  readonly path: string;
  readonly action: 'create' | 'update' | 'rename' | 'delete';
  readonly before?: Json;
  readonly after?: Json;
  /**
   * Why it changes: `git` = another is declared than at the last apply; `drift` = the same is declared and somebody changed
   * it on the server, which is taken back; `conflict` = both, and the request says that what is declared wins.
   */
  readonly origin: FieldOrigin;
  /** The value at this path is secret: `after` is its fingerprint, and nothing else of it is in a plan. */
  readonly secret?: true;
  /** The key before a rename by `previously`. */
  readonly previousKey?: string;
  /** The key of an entry that goes and is much like this new one: `previously` would make it a rename. */
  readonly looksLike?: string;
  /** In the file of the organization, or of the template that has it; filled by the command line. */
  readonly source?: SourcePosition;
  /** The template that all of it comes from, in which `source` is. */
  readonly inheritedFrom?: string;
  /** What of `after` comes from templates, where the organization itself has a part; `path` leads from this change's. */
  readonly inheritedParts?: readonly InheritedPart[];
}

/** A part of a value that a template gives. */
export interface InheritedPart {
  readonly path: string;
  readonly template: string;
  readonly source: SourcePosition;
}

/** The blast radius: the stored facts of every user, run through the new rules and compared with the grants they hold. */
export interface Impact {
  /** Users whose grants or groups change. */
  readonly affectedUsers: number;
  /** Sorted by scope, role; a line of the plan each: "14 users gain sso_admin on account/main, 3 lose it". */
  readonly grants: readonly { scope: string; role: string; gain: number; lose: number }[];
  readonly groups: readonly { group: string; gain: number; lose: number }[];
  /** Users whom the new rules would refuse at their next login; they lose all that rules gave them now. */
  readonly refusedUsers: number;
  /** IdPs that disappear, with the users linked to them. */
  readonly removedIdentityProviders: readonly { identityProvider: string; linkedUsers: number }[];
  /** Tokens of the directory that are alive and end, since their name leaves the document. Absent = none. */
  readonly endedDirectoryTokens?: readonly { token: string; tokens: number }[];
  /** Origins that it brings and that other organizations declare for an application too, counted to 100. Absent = none. */
  readonly sharedOrigins?: readonly { application: string; origin: string; organizations: number }[];
  /** Sign-ins to applications that end, since the application is gone, switched off, of another kind, at another address, or gets no refresh tokens. Absent = none. */
  readonly endedSignIns?: readonly { application: string; signIns: number }[];
  /**
   * Present when `scim` disappears and had users, who keep status and access until their next login decides. What the
   * directory knows stays, and counts again should `scim` come back.
   */
  readonly removedDirectory?: { readonly users: number };
  /** Present when `login.enforceSso` is turned on or off, or fewer people are exempt from it: whom that signs out. */
  readonly sso?: SsoImpact;
  /** Who they are, where the request asked for it by its `names`. PERSONAL: neither saved nor put where others read. */
  readonly named?: NamedUsers;
}

/** Some of the affected users, by id. */
export interface NamedUsers {
  readonly users: readonly NamedUser[];
  /** How many there are beside these. */
  readonly more: number;
}

export interface NamedUser {
  readonly userId: string;
  /** Absent = on record without one. */
  readonly email?: string;
  /** Such as `member on account/main` and `group inbox/vip`. */
  readonly gains: readonly string[];
  readonly loses: readonly string[];
}

/** Who is signed out, and loses a second factor, by a change of `login.enforceSso` or of its exemptions. */
export interface SsoImpact {
  readonly enforced: boolean;
  /** Turned on: those that did not come from single sign-on. Turned off: all. */
  readonly endedSessions: number;
  /** Users whose own second factor is switched off, since the identity provider asks for one. */
  readonly secondFactorsOff: number;
}
