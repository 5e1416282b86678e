import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { KeyName } from '../attacks/attack-case.ts';
import type { TestLogout } from '../test-logout.ts';

/** `case.json` of a folder under cases/logout: one message at the single logout service, and what must come of it. */
export interface LogoutCase {
  readonly id: string;
  readonly title: string;
  readonly source: string;
  /** Why the expectation is what it is, where somebody might choose otherwise. */
  readonly policy?: string;

  readonly message: Pick<TestLogout, 'says' | 'nameId' | 'sessionIndexes' | 'status' | 'relayState' | 'parameter'> & {
    readonly key?: KeyName;
    readonly algorithm?: string;
    readonly canonicalization?: string;
    /** Changes before the message is signed; `find` must occur. */
    readonly edit?: readonly { readonly find: string; readonly put: string }[];
  };
  /**
   * Another document in place of the message: 30 MB of blanks, a login Response, the message undeflated; `swapped` = the
   * forged one under the signature of the genuine one.
   */
  readonly document?: 'bomb' | 'response' | 'plain' | 'swapped';
  /** Default: redirect. */
  readonly by?: 'redirect' | 'post';
  /** What signs it; default: as the binding says. `misplaced` = an enveloped signature in Extensions. */
  readonly signed?: 'no' | 'enveloped' | 'misplaced';
  /** The query that arrives: `{query}` = the signed one, `{evil}` = the value of an unsigned LogoutRequest for an administrator. */
  readonly query?: string;
  readonly http?: { readonly method?: string; readonly contentType?: string; readonly repeated?: boolean };
  readonly connection?: { readonly keys?: readonly KeyName[]; readonly off?: boolean };
  /** How often the message is delivered. */
  readonly copies?: number;
  readonly expect:
    | { readonly code: string }
    | { readonly accept: 'request'; readonly nameId?: string; readonly sessionIndexes?: readonly string[] }
    | { readonly accept: 'response'; readonly complete: boolean };
}

/** Reads every case folder: adding a case is adding a folder. */
export function readLogoutCases(
  directory: string,
): readonly { readonly folder: string; readonly logout: LogoutCase }[] {
  return readdirSync(directory)
    .sort()
    .map((folder) => ({
      folder,
      logout: JSON.parse(readFileSync(join(directory, folder, 'case.json'), 'utf8')) as LogoutCase,
    }));
}
