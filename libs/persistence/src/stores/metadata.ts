import type { Actor, AuditEvent } from '@rolecall/audit';
import type { DeclaredMetadata, SamlIdentityProvider } from '@rolecall/org-config';

/** The right to refresh the metadata of one IdP, for a minute. */
export interface MetadataClaim {
  readonly organizationId: string;
  readonly identityProvider: string;
  readonly until: Date;
  readonly refreshSeconds: number;
  /** Refreshes in a row that failed before this one. */
  readonly failures: number;
}

/** What is known of an IdP's metadata when it is refreshed. */
export interface MetadataInUse {
  readonly declared: Extract<DeclaredMetadata, { url: string }>;
  /** What the live document says of the IdP: a refresh must not take from it what it needs. */
  readonly provider: SamlIdentityProvider;
  readonly xml: string;
  readonly held: { readonly digest: string; readonly xml: string } | undefined;
}

/** What a refresh came to. */
export type RefreshResult =
  | { readonly outcome: 'unchanged' }
  | { readonly outcome: 'use'; readonly xml: string; readonly event: MetadataEvent | undefined }
  | {
      readonly outcome: 'hold';
      readonly xml: string;
      readonly digest: string;
      readonly code: string;
      readonly event: MetadataEvent;
    }
  | { readonly outcome: 'failed'; readonly code: string };

/** What the audit log says of it beside the IdP's name. */
export type MetadataEvent = Pick<AuditEvent, 'type' | 'data'>;

/** When the next refresh is due, and what is known of the certificates now in use. */
export interface RefreshSchedule {
  readonly dueAt: Date;
  readonly certificatesExpireAt?: Date | undefined;
  /** Of that same metadata; absent when it has no such end. */
  readonly metadataValidUntil?: Date | undefined;
}

/** One IdP with its metadata; `refresh` is undefined for an OpenID provider. */
export interface IdentityProviderState {
  readonly identityProvider: string;
  readonly metadataXml: string | undefined;
  readonly held:
    | { readonly xml: string; readonly digest: string; readonly code: string; readonly since: Date }
    | undefined;
  readonly refresh:
    | {
        /** undefined = the metadata stands in the document, and nothing is fetched. */
        readonly dueAt: Date | undefined;
        readonly attemptedAt: Date | undefined;
        readonly succeededAt: Date | undefined;
        readonly failures: number;
        readonly errorCode: string | undefined;
      }
    | undefined;
}

/** Counts over all organizations. */
export interface MetadataSummary {
  readonly failing: number;
  readonly held: number;
  /** SAML IdPs by the end of their last signing certificate; the later ones include the earlier. */
  readonly certificates: {
    readonly expired: number;
    readonly within7: number;
    readonly within30: number;
    readonly within90: number;
  };
}

/** The SAML metadata of IdPs as runtime state beside the revisions (decision 0015). */
export interface MetadataStore {
  /** Takes up to `limit` that are due, the oldest first; none that another process has. */
  claimDue(now: Date, limit: number): Promise<readonly MetadataClaim[]>;
  /**
   * Takes one out of turn. `login` asks once in five minutes at most, an administrator whenever nobody fetches it at this
   * moment. `not_refreshed` = no such IdP, or its metadata does not come from a URL.
   */
  claim(
    at: { readonly organizationId: string; readonly identityProvider: string },
    by: 'login' | 'administrator',
    now: Date,
  ): Promise<MetadataClaim | 'in_flight' | 'too_soon' | 'not_refreshed'>;
  /** Whether somebody fetches it at this moment. */
  isInFlight(at: { organizationId: string; identityProvider: string }, now: Date): Promise<boolean>;
  /** undefined when the IdP is gone or its metadata does not come from a URL any more. */
  read(at: { organizationId: string; identityProvider: string }): Promise<MetadataInUse | undefined>;
  /**
   * Ends a claim: writes what the refresh came to, tells the gateways and the audit log, in one transaction.
   * `overtaken` = `inUse` is in use no more, or the claim is over: nothing was written.
   */
  settle(
    claim: MetadataClaim,
    inUse: MetadataInUse | undefined,
    result: RefreshResult,
    schedule: RefreshSchedule,
    now: Date,
  ): Promise<'written' | 'overtaken'>;
  /** Uses what is held, if it is still what `digest` names. */
  accept(
    at: { organizationId: string; identityProvider: string },
    held: { readonly digest: string; readonly inUse: MetadataInUse } & Omit<RefreshSchedule, 'dueAt'>,
    event: MetadataEvent,
    by: Actor,
    now: Date,
  ): Promise<'written' | 'overtaken'>;
  states(organizationId: string): Promise<readonly IdentityProviderState[]>;
  summary(now: Date): Promise<MetadataSummary>;
}
