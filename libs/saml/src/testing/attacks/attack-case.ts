import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { SamlConnection } from '../../connection.ts';
import type { EncryptOptions } from '../encrypt-xml.ts';
import type { AttackName } from './builders.ts';

/** Which of the test keys, by name; `impostor` = the other's private key under the IdP's certificate. */
export type KeyName = 'idp' | 'other' | 'impostor' | 'weak' | 'ec' | 'expired' | 'sp' | 'spNext';

/** A textual change; `find` must occur, so that a case cannot silently test something else. */
export interface Edit {
  /**
   * In the unsigned Assertion, in the signed one before it is encrypted, in the Response around it, or in the finished text.
   */
  readonly in: 'assertion' | 'plaintext' | 'response' | 'signed';
  readonly find: string;
  readonly put: string;
}

/** `case.json` of a folder under cases/attacks: one row of the catalogue. Texts may hold template `{placeholders}`. */
export interface AttackCase {
  readonly id: string;
  readonly title: string;
  readonly source: string;
  /** Why the expectation is what it is, where somebody might choose otherwise. */
  readonly policy?: string;

  /** Who makes the document: a named builder, or (default) the test IdP's genuine answer. */
  readonly build?: AttackName;
  /** The genuine answer, changed; times are seconds from now. */
  readonly answer?: {
    readonly sign?: 'assertion' | 'response' | 'both' | 'none';
    readonly nameId?: string;
    readonly attributes?: Readonly<Record<string, string | readonly string[]>>;
    readonly authnInstant?: number;
    readonly unsolicited?: boolean;
    readonly signature?: {
      readonly key?: KeyName;
      readonly algorithm?: string;
      readonly digest?: string;
      readonly canonicalization?: string;
      readonly transforms?: readonly string[];
      readonly prefixList?: readonly string[];
    };
    /** Encrypted for our key, unless `to` names another. */
    readonly encrypt?: Omit<EncryptOptions, 'certificate' | 'contentKey'> & {
      readonly to?: KeyName;
      readonly contentKeyBytes?: number;
    };
  };
  readonly edit?: readonly Edit[];
  /** Our side, changed. `keys` are the signing certificates that the connection trusts; default: the IdP's. */
  readonly connection?: Pick<
    Partial<SamlConnection>,
    | 'forceAuthn'
    | 'allowIdpInitiated'
    | 'minimumSigned'
    | 'authnContexts'
    | 'requireAuthnStatement'
    | 'requireEncrypted'
  > & {
    /** Whose private keys open what is encrypted; default: ours. */
    readonly decryptsWith?: readonly KeyName[];
    readonly keys?: readonly KeyName[];
    readonly ssoUrl?: string;
    readonly signed?: boolean;
  };
  /** How often the same message is delivered, and whether our request was pending (default: yes). */
  readonly deliver?: { readonly copies?: number; readonly how?: 'in turn' | 'at once'; readonly pending?: boolean };
  /** Delivered through the strategy, as this HTTP request; `{response}` is the form field. */
  readonly http?: {
    readonly method?: string;
    readonly query?: string;
    readonly contentType?: string;
    readonly body?: Readonly<Record<string, unknown>>;
    readonly user?: object;
  };
  /** Not a message to us but our request: its RelayState. */
  readonly request?: { readonly relayState: string };

  readonly expect: Expectation;
}

/** Refused with exactly this code, or accepted with these facts. */
export type Expectation =
  | { readonly code: string }
  | {
      readonly accept: true;
      readonly nameId?: string;
      readonly attributes?: Readonly<Record<string, readonly string[]>>;
      /** Of several copies, the code that all but one are refused with. */
      readonly others?: readonly string[];
      /** Of a request: parameter -> all its values, or how many it has. */
      readonly query?: Readonly<Record<string, readonly string[] | number>>;
    };

/** Reads every case folder: adding a case is adding a folder. */
export function readAttackCases(
  directory: string,
): readonly { readonly folder: string; readonly attack: AttackCase }[] {
  return readdirSync(directory)
    .sort()
    .map((folder) => ({
      folder,
      attack: JSON.parse(readFileSync(join(directory, folder, 'case.json'), 'utf8')) as AttackCase,
    }));
}
