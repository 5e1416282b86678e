import type { Former } from './declared/former.ts';
import type { OrganizationDocument } from '@rolecall/org-config';
import type { Done, StoredLease } from './collection/leases.ts';
import type { ApplyResult, SavedPlan } from './collection/once.ts';
import type { PlatformState } from './platform/platform.ts';
import type { SignInState } from './sign-in-state.ts';
import type { UserState } from './user-state.ts';

/** Opens the one transaction of a plan (rolled back) or an apply (committed). */
export interface StateStore {
  /**
   * Runs `work` in one transaction and commits it when `mode` is `commit` and `work` resolves; otherwise nothing stays.
   * Two `commit`s on one collection run one after the other.
   */
  transaction<T>(mode: 'commit' | 'rollback', work: (state: StateTransaction) => Promise<T>): Promise<T>;
}

/** Actual state, as plan and apply read and write it. Organization rows read for a commit are locked until its end. */
export interface StateTransaction {
  /** What belongs to no organization. */
  readonly platform: PlatformState;
  readonly users: UserState;
  readonly signIns: SignInState;
  collection(name: string): Promise<CollectionState>;
  /** The collection's lease that nobody ended; it may be over. With `hold` nobody takes or ends it before the transaction does. */
  lease(collection: string, hold?: 'hold'): Promise<StoredLease | undefined>;
  /** Adds what an apply did to what its lease did so far. */
  countUnderLease(collection: string, fencing: number, done: Done): Promise<void>;
  /** In a commit nobody else uses it before the end. */
  savedPlan(id: string): Promise<SavedPlan | undefined>;
  usePlan(id: string, now: Date): Promise<void>;
  /** Of an apply that was committed. */
  applyResult(id: string): Promise<ApplyResult | undefined>;
  keepApplyResult(result: ApplyResult, now: Date): Promise<void>;
  /** The heads of these names and of every organization that the collection owns; absent ones are not in the map. */
  heads(collection: string, names: readonly string[]): Promise<ReadonlyMap<string, OrganizationHead>>;
  /** The live document of one organization. */
  document(organizationId: string): Promise<OrganizationDocument>;
  create(organization: NewOrganization): Promise<OrganizationHead>;
  /** Inserts revision `base + 1`; throws RevisionMovedError when the head is not at `base`. */
  addRevision(organizationId: string, base: number, revision: NewRevision): Promise<OrganizationHead>;
  rename(organizationId: string, name: string): Promise<void>;
  /** Ends the collection's ownership and keeps everything but what was declared, and overrides. */
  release(organizationId: string): Promise<void>;
  /** Makes the collection the owner of an organization that nobody owns; one that is owned stays its owner's. */
  adopt(organizationId: string, collection: string): Promise<void>;
  delete(organizationId: string): Promise<void>;
  /** What the owning collection declared last; undefined while none owns the organization. */
  declaration(organizationId: string): Promise<Declaration | undefined>;
  /** Records what the collection declares from now on, and how the live document deviates from it. `create` needs none. */
  declare(
    organizationId: string,
    declared: Declaration & { readonly digest: string },
    deviation?: Deviation,
  ): Promise<void>;
  /** Records how the live document deviates from what is declared, after a write that was no apply. */
  deviate(organizationId: string, deviation: Deviation | undefined): Promise<void>;
  /** Fields that are set for a while, ended ones included until they are taken back. By path. */
  overrides(organizationId: string): Promise<readonly Override[]>;
  /** Makes these exactly the overrides. */
  replaceOverrides(organizationId: string, overrides: readonly Override[]): Promise<void>;
  /** Appends to the organization's audit chain: created, updated, renamed, deleted, grants changed. */
  audit(organizationId: string, event: ReconcileEvent): Promise<void>;
  /** What `saveFileDigests` last recorded: tells which organizations an unchanged file has, which nobody parsed. */
  fileDigests(collection: string): Promise<readonly FileDigest[]>;
  /**
   * Records what the collection's files were, so that an equal root digest is answered without a parse. Replaces all.
   * The root digest is `rootDigestOf(digests)`.
   */
  saveFileDigests(collection: string, digests: readonly FileDigest[]): Promise<void>;
}

export interface CollectionState {
  readonly name: string;
  /** Counts applies that changed something. */
  readonly generation: number;
  /** sha256 over the sorted file digests of the last apply; absent before the first. */
  readonly rootDigest?: string;
  /** Organizations whose live documents deviate from what was declared. A plan has something to say as long as there is one. */
  readonly deviating: number;
}

export interface FileDigest {
  readonly path: string;
  /** sha256 of the file's bytes, of the files it refers to and of the schema version, hex. */
  readonly digest: string;
  readonly organizations: readonly string[];
}

export interface OrganizationHead {
  readonly id: string;
  readonly name: string;
  /** The collection that owns it, if any. */
  readonly collection?: string;
  readonly revision: number;
  /** Digest of the canonical live document. */
  readonly digest: string;
  /** Digest of what the owning collection declared last; absent while none owns it. */
  readonly appliedDigest?: string;
  /** Absent = the live document has all that was declared, and beside it no entry of its own. */
  readonly deviation?: Deviation;
  /** Stored at the last apply: removing the file cannot remove the guard. */
  readonly deletionPolicy: 'retain' | 'delete';
}

/** What a collection declared last (L): the document, and where it came from. */
export interface Declaration {
  readonly document: OrganizationDocument;
  readonly origin: RevisionOrigin;
}

/** How a live document differs from what its collection declared. Fields that nobody declared are no deviation. */
export interface Deviation {
  /** From then on a declared field counts as drifted: at once, or when its override ends. Absent = none differs. */
  readonly driftsAt?: Date;
  /** Entries of keyed maps that nobody declared. */
  readonly unmanaged: number;
}

/** A field that somebody set otherwise for a while (break-glass). Its value is the live document's. */
export interface Override {
  /** JSON pointer, as a FieldChange has it. */
  readonly path: string;
  /** Name of the API token. */
  readonly by: string;
  readonly reason: string;
  readonly at: Date;
  /** From then on it is drift, and is taken back: by the next apply, or by the server. */
  readonly expires: Date;
  /** Present where no collection declared the field: what comes back in place of a declared value, unless one is by then. */
  readonly former?: Former;
  /**
   * Of one that is over, and whose end is in the audit log: why what it set is live still. `pending` = nobody tried to take it back yet, else
   * the code of what keeps the server from it.
   */
  readonly stays?: string;
}

export interface NewOrganization {
  readonly collection: string;
  readonly name: string;
  readonly revision: NewRevision;
}

/** One immutable version: the canonical document with who and from where. */
export interface NewRevision {
  readonly document: OrganizationDocument;
  readonly digest: string;
  readonly origin: RevisionOrigin;
  /** What each IdP of the document needs beside it, fetched and checked before the transaction. */
  readonly identityProviders: Readonly<Record<string, PreparedIdentityProvider>>;
  /** SECRET values that applications get, by name, to be sealed. Of every other application the one that it has stays. */
  readonly applicationSecrets?: Readonly<Record<string, string>>;
}

/** Runtime facts of one IdP, stored beside the revision and never part of the document. */
export interface PreparedIdentityProvider {
  /**
   * The metadata document of a SAML IdP as fetched or inlined; checked by the caller. The store keeps what it has where it
   * comes from the same URL: a refresh may have brought newer.
   */
  readonly metadataXml?: string;
  /** When the last of its signing certificates ends. */
  readonly certificatesExpireAt?: Date;
  /** Until when that metadata says that it may be used; absent when it does not say. */
  readonly metadataValidUntil?: Date;
  /** Present = the connection has key pairs of its own; the store keeps those that it has and seals what is new. */
  readonly serviceProviderKeys?: PreparedKeys;
  /** The client secret of an OpenID provider, to be sealed. Absent = the one that it has stays. */
  readonly clientSecret?: string;
  /** The keys of a client of an OpenID provider, to be sealed; PEM. */
  readonly clientKeys?: readonly { readonly privateKey: string; readonly certificate?: string }[];
  /**
   * Present when another identity provider comes in the place of the one that is there: the SAML entity id or the issuer that
   * its users are known by.
   */
  readonly replaces?: { readonly before: string; readonly after: string };
  /** Over the settings that decide whether a sign-in works; the caller's to compute. Absent = never proved. */
  readonly connectionDigest?: string;
}

/** The key pairs that a SAML connection is to have. */
export interface PreparedKeys {
  readonly generation: number;
  /** From making a new pair to its use, and from then to the end of the former. */
  readonly overlapSeconds: number;
  /** By use: a pair of this generation that was made now, or those that are stored. A use without entry has none. */
  readonly pairs: Readonly<Partial<Record<'signing' | 'encryption', KeyPair | 'kept'>>>;
}

/** PEM, both. */
export interface KeyPair {
  readonly privateKey: string;
  readonly certificate: string;
}

export interface RevisionOrigin {
  /** Name of the API token. */
  readonly actor: string;
  readonly file?: string;
  readonly commit?: string;
  readonly repository?: string;
  /** Lines in `file` of what the document declares, by JSON pointer; sent by the command line, and as good as its word. */
  readonly lines?: Readonly<Record<string, number>>;
}

/** What an apply says to the audit log; the store adds time and actor. */
export interface ReconcileEvent {
  readonly type:
    | 'organization.created'
    | 'organization.updated'
    | 'organization.renamed'
    | 'organization.deleted'
    | 'organization.overridden'
    | 'organization.override_ended'
    | 'sso.enforced'
    | 'sso.released'
    | 'grants.changed';
  readonly data: Readonly<Record<string, unknown>>;
}

/** Compare-and-swap failed: somebody applied in between. Exit code 4. */
export class RevisionMovedError extends Error {
  override readonly name = 'RevisionMovedError';
  readonly code = 'revision_moved';
  constructor(
    readonly organization: string,
    readonly expected: number,
    readonly actual: number,
  ) {
    super(`${organization} is at revision ${actual}, the plan was made at ${expected}; make a new plan`);
  }
}
