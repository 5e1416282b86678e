import type { AuditEvent } from '@rolecall/audit';
import type { ApplicationStore } from '@rolecall/persistence';
import type { Clock } from '@rolecall/platform';
import type { ApplicationClients } from './application-clients.ts';
import type { ProviderRequest } from './provider-request.ts';

/** What the adapters of oidc-provider work with. */
export interface ProviderParts {
  readonly store: ApplicationStore;
  readonly clients: ApplicationClients;
  readonly clock: Clock;
  /** The request that is under way. */
  readonly request: () => ProviderRequest;
  /** Throws an error of the endpoint when too many have failed to prove that they are this application. `clientId` is UNVERIFIED. */
  readonly admit: (clientId: string) => Promise<void>;
  /** Which of oidc-provider's endpoints it is for. */
  readonly route: () => string | undefined;
  /** A moment in seconds since 1970, by the machine's clock, which oidc-provider goes by. */
  readonly seconds: (moment: Date) => number;
  /** The error `invalid_grant`. */
  readonly refuse: (why: string) => Error;
  /** Errors of the authorization endpoint (RFC 6749 §4.1.2.1): `access_denied`, and `temporarily_unavailable` for who may try again. */
  readonly deny: (why: string) => Error;
  readonly putOff: (why: string) => Error;
  readonly event: (
    type: Extract<AuditEvent['type'], `application.${string}`>,
    about: { readonly application: string; readonly userId: string },
    data: AuditEvent['data'],
  ) => AuditEvent;
}
