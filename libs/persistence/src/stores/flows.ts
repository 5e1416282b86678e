/** One step of a login, for the person who must find out why it failed. */
export interface FlowStep {
  readonly check: string;
  readonly passed: boolean;
  readonly want?: string;
  readonly got?: string;
}

/** The trace of one login: redacted, kept 30 days, found by its trace id. */
export interface FlowRecord {
  readonly traceId: string;
  /** A logout leaves a record only when its message was refused. */
  readonly kind:
    | 'local-login'
    | 'saml-login'
    | 'saml-test'
    | 'saml-logout'
    | 'oidc-login'
    | 'oidc-test'
    | 'oidc-logout';
  readonly identityProvider: string;
  /** The vendor of the identity provider, such as `okta`, as far as it is known. */
  readonly vendor?: string | undefined;
  readonly startedAt: Date;
  readonly finishedAt: Date;
  readonly outcome: 'succeeded' | 'refused';
  /** Stable error code when refused. */
  readonly code: string | undefined;
  /** Who must act. */
  readonly mustAct: 'platform' | 'customer' | 'user' | undefined;
  readonly userId: string | undefined;
  readonly steps: readonly FlowStep[];
}
