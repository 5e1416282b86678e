import type { Client } from './client.ts';

/** How one login ended. */
export interface FlowSummary {
  readonly traceId: string;
  readonly kind:
    | 'local-login'
    | 'saml-login'
    | 'saml-test'
    | 'saml-logout'
    | 'oidc-login'
    | 'oidc-test'
    | 'oidc-logout';
  readonly identityProvider: string;
  readonly vendor: string | null;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly outcome: 'succeeded' | 'refused';
  readonly code: string | null;
  readonly mustAct: 'platform' | 'customer' | 'user' | null;
  readonly userId: string | null;
}

export interface FlowStep {
  readonly check: string;
  readonly passed: boolean;
  readonly want?: string;
  readonly got?: string;
}

/** One login with its checks; `got` of a failed one is what was sent: a claim. */
export interface Flow extends FlowSummary {
  /** What to do about the code. */
  readonly guidance: {
    readonly sentence: string;
    readonly menu: string | null;
    readonly guide: string;
    /** The gateway's page for the customer. */
    readonly setup: string | null;
  } | null;
  readonly steps: readonly FlowStep[];
}

/** A one-time link that tries an identity provider. */
export interface SsoTestLink {
  readonly id: string;
  readonly url: string;
  readonly expiresAt: string;
}

/** How far a test is, and what it found once it is over. */
export interface SsoTest extends Pick<Flow, 'code' | 'mustAct' | 'guidance' | 'steps'> {
  readonly id: string;
  readonly state: 'waiting' | 'begun' | 'succeeded' | 'failed';
  readonly expiresAt: string;
  readonly traceId: string | null;
  readonly facts?: readonly { readonly name: string; readonly count: number; readonly values?: readonly string[] }[];
  readonly grants?: readonly { readonly scope: string; readonly role: string }[];
  readonly groups?: readonly string[];
  readonly rules?: readonly {
    readonly kind: string;
    readonly name: string;
    readonly matched: boolean;
    readonly why: string;
  }[];
}

/** Sign-ins of one organization at the admin API: those that were, and tests. */
export class LoginsClient {
  readonly #path: string;

  constructor(
    private readonly client: Client,
    organization: string,
  ) {
    this.#path = `v1/organizations/${encodeURIComponent(organization)}`;
  }

  flows(
    query: Readonly<Record<string, string>>,
  ): Promise<{ readonly flows: readonly FlowSummary[]; readonly nextCursor: string | null }> {
    return this.client.call('GET', `${this.#path}/flows?${new URLSearchParams(query).toString()}`);
  }

  flow(traceId: string): Promise<Flow> {
    return this.client.call('GET', `${this.#path}/flows/${encodeURIComponent(traceId)}`);
  }

  createTest(identityProvider: string): Promise<SsoTestLink> {
    return this.client.call('POST', this.#testsOf(identityProvider));
  }

  test(identityProvider: string, id: string): Promise<SsoTest> {
    return this.client.call('GET', `${this.#testsOf(identityProvider)}/${encodeURIComponent(id)}`);
  }

  #testsOf(identityProvider: string): string {
    return `${this.#path}/identity-providers/${encodeURIComponent(identityProvider)}/tests`;
  }
}
