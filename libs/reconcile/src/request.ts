import type { OrganizationDocument } from '@rolecall/org-config';
import type { AppliedBy } from './platform/own-access.ts';
import type { DesiredPlatform } from './platform/platform.ts';
import type { Done } from './collection/leases.ts';
import type { Limits } from './guards/limits.ts';
import type { FileDigest, PreparedIdentityProvider, RevisionOrigin } from './state-store.ts';

/** One organization as the collection wants it. The caller validated and normalized the document. */
export interface DesiredOrganization {
  readonly document: OrganizationDocument;
  /** `documentDigest(document)`. */
  readonly digest: string;
  /** The file that has it, as in `files`. */
  readonly file?: string;
  /** Where in the file its parts stand, by JSON pointer: names the place to edit when somebody else writes such a field. */
  readonly lines?: Readonly<Record<string, number>>;
  /**
   * What each IdP needs beside the document that will be live (`documentAfter`: what is declared, and what nobody declared
   * and is there); fetched and checked before the transaction.
   */
  readonly identityProviders: Readonly<Record<string, PreparedIdentityProvider>>;
  /** SECRET values that applications get, by name; to be sealed. One that is not here stays as it is stored. */
  readonly applicationSecrets?: Readonly<Record<string, string>>;
  /**
   * Digest of the document that was expected to be live, and that everything was prepared and permitted for; any other is a
   * StalePlanError. Default: none was expected.
   */
  readonly preparedFor?: string;
  /** `secretFingerprint` of each secret whose value is at hand, by the JSON pointer of its reference. */
  readonly secrets?: Readonly<Record<string, string>>;
}

/** `report` = they stay and are named; `fail` = the plan is refused; `delete` = they are removed, as drift is taken back. */
export type UnmanagedMode = 'report' | 'fail' | 'delete';

/** Everything that a plan or an apply starts from; the same request gives both. */
export interface ReconcileRequest {
  readonly collection: string;
  readonly organizations: readonly DesiredOrganization[];
  /** The document of the deployment, when a file that was sent has it. */
  readonly platform?: DesiredPlatform;
  /** Files of the collection that were not sent, since their digest is the one of the last apply. */
  readonly unchangedFiles: readonly string[];
  /** Every file of the collection, or every one of `within`. */
  readonly files: readonly FileDigest[];
  /**
   * Present = only files at or below these paths were looked for: of organizations elsewhere nothing is said, none of them is absent or
   * pruned, and what is on record of their files stays.
   */
  readonly within?: readonly string[];
  /** Organizations that files elsewhere declare, as far as somebody looked: none of them is absent or pruned. */
  readonly elsewhere?: readonly string[];
  /** Delete or release (by their stored deletionPolicy) the organizations that the collection owns and no longer has. */
  readonly prune: boolean;
  /** Take declared organizations that no collection owns; else they are refused (`needs_adopt`). Default false. */
  readonly adopt?: boolean;
  /** What becomes of entries of keyed maps that nobody declared. Default `report`. */
  readonly unmanaged?: UnmanagedMode;
  /** `git` = what is declared replaces also what somebody else changed meanwhile. Default `refuse`. */
  readonly conflicts?: 'refuse' | 'git';
  /**
   * Present = it speaks of these organizations alone, not of the whole collection: `files` is empty, nothing is absent, and what
   * is on record of the files stays but for those of organizations that change.
   */
  readonly partial?: {
    /** To be given up, whatever their deletion policy. */
    readonly release?: readonly string[];
    /** To be deleted or given up, by their stored deletion policy. */
    readonly prune?: readonly string[];
    /**
     * True = the documents were read from the server, as a rollback's are: what nobody declared stays nobody's, and of an
     * organization that is adopted nothing is declared until files are read. Default false.
     */
    readonly fromServer?: boolean;
  };
  /** How far it may go, as it says itself. */
  readonly limits?: Limits;
  /** What was done before under the same lease: the limits count that as well. */
  readonly before?: Done;
  /** How far any may go, as the deployment says. */
  readonly ceilings?: Limits;
  /** Remove and replace also identity providers that users are linked to. Default false. */
  readonly allowReplace?: boolean;
  /** Plan only: name the users whom it concerns. The caller's right to know them is checked. Default false. */
  readonly names?: boolean;
  readonly origin: RevisionOrigin;
  /** What an entry of trustedIssuers without `audience` asks for. */
  readonly ownAudience?: string;
  /** Apply only: the identity that the caller was let in by. Absent for an API token that somebody made. */
  readonly by?: AppliedBy;
  /** Apply only: the fingerprint of the plan that was reviewed. Any other outcome is a StalePlanError. */
  readonly expectedFingerprint?: string;
}
