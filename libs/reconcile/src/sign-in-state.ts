import type { SecretHolder } from '@rolecall/org-config';
import type { SecretPlace } from './secrets/secret.ts';

/** What lets an organization's people and its directory in, as a plan or an apply reads and writes it. */
export interface SignInState {
  /** What `secretFingerprint` gives for the client secret that an IdP or an application has now, at the place where it will stand. */
  secretFingerprint(organizationId: string, holder: SecretHolder, at: SecretPlace): Promise<string | undefined>;
  /** By IdP: the newest sign-in that got through every check. */
  evidence(organizationId: string): Promise<ReadonlyMap<string, SignInEvidence>>;
  /**
   * Of everybody but the exempt: ends sessions that a password opened (with `endSessions`), sign-ins half done and links to set a
   * password, switches second factors off, and mails who had a password or a second factor. Passwords stay for the day on which they
   * are let in again. Done at the end of a commit; tells how much it will be.
   */
  closeLocalDoors(organizationId: string, doors: LocalDoors): Promise<ClosedDoors>;
  /** Ends every session, and mails whom it signed out how to sign in from now on. Done at the end of a commit; tells how many. */
  endAllSessions(organizationId: string): Promise<number>;
  /** An IdP's client secret is another now: what was proved with the old one is proved no more. */
  forgetEvidence(organizationId: string, identityProvider: string): Promise<void>;
  /** Keeps identities of a renamed IdP linked, and its secrets and its evidence. */
  renameIdentityProvider(organizationId: string, from: string, to: string): Promise<void>;
  /** Keeps the secret of a renamed application, and the sign-ins to it. */
  renameApplication(organizationId: string, from: string, to: string): Promise<void>;
  /**
   * Ends what these applications hold of signed-in users. Done at the end of a commit; tells how many sign-ins it will be, of each that
   * has any, by name.
   */
  endApplicationSignIns(organizationId: string, closed: readonly ClosedApplication[]): Promise<readonly EndedSignIns[]>;
  /** Those of these origins that other organizations declare for an application, on or off, with how many do (100 at most). */
  originsOfOthers(organizationId: string, origins: readonly string[]): Promise<readonly SharedOrigin[]>;
  /** Those of these origins that an organization declares whose name none of these patterns describes (`isOrganizationGlob`). Sorted. */
  originsBeyond(origins: readonly string[], globs: readonly string[]): Promise<readonly string[]>;
  /** The tokens of a directory go on under another name. */
  renameDirectoryToken(organizationId: string, from: string, to: string): Promise<void>;
  /** Ends the tokens of these names; tells how many were alive under each that had any, by name. */
  endDirectoryTokens(organizationId: string, names: readonly string[]): Promise<readonly EndedTokens[]>;
}

/** Whose sign-ins beside single sign-on end. */
export interface LocalDoors {
  /** Plain addresses in lower case: these people are left alone. */
  readonly exempt: readonly string[];
  readonly endSessions: boolean;
}

export interface ClosedDoors {
  readonly sessions: number;
  /** Users who had one. */
  readonly secondFactors: number;
}

/** Somebody got through every check of a sign-in, by a test or for real. */
export interface SignInEvidence {
  /** Of the connection that was used; see `PreparedIdentityProvider`. */
  readonly connectionDigest: string;
  readonly at: Date;
}

/** An application that lets nobody in any more, or not everywhere. */
export interface ClosedApplication {
  /** Its name in the document. */
  readonly application: string;
  /** All that it holds as an OpenID Connect client. */
  readonly client: boolean;
  /** Where its proxy lets nobody in any more. */
  readonly origins: readonly string[];
}

export interface SharedOrigin {
  readonly origin: string;
  /** At least 1, at most 100. */
  readonly organizations: number;
}

export interface EndedSignIns {
  readonly application: string;
  /** At least 1. */
  readonly signIns: number;
}

/** Tokens of a directory that end with their name. */
export interface EndedTokens {
  /** Its name in the document. */
  readonly token: string;
  /** At least 1. */
  readonly tokens: number;
}
