import { Inject, Injectable } from '@nestjs/common';
import { type Database, LOCAL_SIGN_IN } from '@rolecall/persistence';
import { CLOCK, type Clock, DATABASE } from '@rolecall/platform';
import { SamlError } from '@rolecall/saml';
import type { Organization } from '../organizations/organization.ts';
import { recoveryWords } from './recovery-words.ts';

const SHOWN_REFUSALS = 5;

/** What is to be known of an identity provider to repair it. */
export interface IdentityProviderState {
  readonly name: string;
  readonly displayName: string;
  readonly type: 'saml' | 'oidc';
  readonly enabled: boolean;
  /** What its signing certificates end on, the last first; empty for an OpenID provider. */
  readonly certificates: readonly { readonly endsAt: Date; readonly ended: boolean }[];
  /** A sentence when its metadata cannot be used. */
  readonly problem: string | undefined;
  /** Somebody got in through it then. */
  readonly lastSignIn: Date | undefined;
}

export interface RefusedSignIn {
  readonly at: Date;
  readonly identityProvider: string;
  readonly code: string;
  /** What is wrong and what to do, for who repairs here. */
  readonly sentence: string | undefined;
}

/** How sign-ins of an organization are: without a name of a person, for somebody who has shown a mailbox alone. */
export interface SignInState {
  readonly identityProviders: readonly IdentityProviderState[];
  /** The latest first. */
  readonly refusals: readonly RefusedSignIn[];
}

@Injectable()
export class SignInStates {
  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(DATABASE) private readonly database: Pick<Database, 'flows' | 'recoverySessions'>,
  ) {}

  async of(organization: Organization): Promise<SignInState> {
    const lastSignIns = await this.database.recoverySessions.lastSignIns(organization.id);
    const { flows } = await this.database.flows.list(organization.id, { outcome: 'refused', limit: SHOWN_REFUSALS });
    const identityProviders = Object.values(organization.settings.identityProviders).map((provider) => {
      const { name, displayName, type, enabled } = provider;
      const lastSignIn = lastSignIns.get(name);
      return { name, displayName, type, enabled, lastSignIn, ...this.metadataOf(organization, name) };
    });
    const refusals = flows.map(({ finishedAt: at, identityProvider, code = '' }) => {
      const by = identityProvider === LOCAL_SIGN_IN ? 'password' : identityProvider;
      return { at, identityProvider: by, code, sentence: recoveryWords(code) };
    });
    return { identityProviders, refusals };
  }

  private metadataOf(
    organization: Organization,
    name: string,
  ): Pick<IdentityProviderState, 'certificates' | 'problem'> {
    const now = this.clock();
    try {
      const ends = organization.certificateEnds(name, now).toSorted((a, b) => b.getTime() - a.getTime());
      return { certificates: ends.map((endsAt) => ({ endsAt, ended: endsAt <= now })), problem: undefined };
    } catch (error) {
      if (!(error instanceof SamlError)) throw error;
      return { certificates: [], problem: recoveryWords(error.code) ?? error.message };
    }
  }
}
