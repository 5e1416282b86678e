import { Inject, Injectable } from '@nestjs/common';
import { OIDC_ERROR_CODES, OidcProviders, verifyLogoutToken } from '@rolecall/oidc';
import type { Database, EndedSession } from '@rolecall/persistence';
import { CLOCK, type Clock, DATABASE, LOGGER, type Logger, Metrics } from '@rolecall/platform';
import {
  createLogoutResponse,
  type LogoutHttpRequest,
  type OutgoingMessage,
  SAML_ERROR_CODES,
  type VerifiedLogoutRequest,
  type VerifiedLogoutResponse,
  verifyLogoutMessage,
} from '@rolecall/saml';
import type { Counter } from 'prom-client';
import { asRefusal } from '../errors/as-refusal.ts';
import { LoginRefused, RecordedLogoutRefusal } from '../errors/login-refused.ts';
import { Flow } from '../login/flow.ts';
import { RefusalBudget } from '../login/refusal-budget.ts';
import { OIDC_SUBJECT } from '../login/returned-login.ts';
import type { OidcTarget } from '../organizations/oidc-target.ts';
import type { IdpTarget } from '../organizations/idp-target.ts';
import { Organizations } from '../organizations/organizations.ts';
import type { SamlTarget } from '../organizations/saml-target.ts';
import { newOrganizationToken, type PresentedToken, readOrganizationToken, sha256 } from '@rolecall/persistence';
import type { SignedOut } from '../pages/logged-out-page.tsx';
import { signOutAt, type SigningOut } from './sign-out.ts';

/** The IdP said that somebody signed out: which sessions it ended here, and the answer to send through the browser. */
export interface IdpSignOut {
  readonly ended: readonly EndedSession[];
  readonly answer: OutgoingMessage;
}

/**
 * Sign-outs, both ways: `signOut` ends our session and leads to the identity provider, which ends its own; `receive` hears
 * what the identity provider ended, or its answer, and `hear` a logout token; `finished` says how it ended to the browser that comes back.
 */
@Injectable()
export class Logouts {
  private readonly outcomes: Counter<'direction' | 'outcome' | 'code'>;
  private readonly strangers = new RefusalBudget();

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(Organizations) private readonly organizations: Organizations,
    @Inject(OidcProviders) private readonly providers: OidcProviders,
    @Inject(Metrics) metrics: Metrics,
  ) {
    this.outcomes = metrics.counter('rolecall_logouts_total', 'Sign-outs, by who began them, outcome and error code', [
      'direction',
      'outcome',
      'code',
    ]);
  }

  /**
   * Ends the session, and only then thinks of the identity provider: whatever fails there, nobody stays signed in here.
   * @returns where the browser goes to sign out there too; undefined = nowhere
   */
  async signOut(token: PresentedToken, browser: SigningOut, traceId: string): Promise<OutgoingMessage | undefined> {
    const { organizationId, hash: tokenHash } = token;
    const [ended] = await this.database.sessions.revoke(organizationId, { tokenHash }, 'logout', this.clock());
    if (!ended) return undefined;
    try {
      const message = await this.atIdp(organizationId, ended, browser);
      this.count('user', message ? 'sent' : 'here', 'ok', traceId);
      return message;
    } catch (error) {
      const code = asRefusal(error)?.code ?? 'internal_error';
      this.count('user', 'here', code, traceId);
      if (code === 'internal_error') this.logger.error({ err: error, traceId }, 'the identity provider was not told');
      return undefined;
    }
  }

  private async atIdp(organizationId: string, ended: EndedSession, browser: SigningOut) {
    const organization = await this.organizations.byId(organizationId);
    const path = { organization: organization?.settings.name ?? '', identityProvider: ended.subject.identityProvider };
    const target = organization?.target(path);
    const parts = { logouts: this.database.logouts, providers: this.providers, now: this.clock() };
    return target && signOutAt(target, ended, browser, parts);
  }

  /** Hears a message at a single logout service, of either binding. @throws RecordedLogoutRefusal */
  async receive(
    target: SamlTarget,
    request: LogoutHttpRequest,
    traceId: string,
  ): Promise<IdpSignOut | { readonly state: string | undefined }> {
    const now = this.clock();
    return this.recorded(target, traceId, async () => {
      const connection = target.connection(now);
      const message = verifyLogoutMessage({ request, connection, now });
      return message.is === 'response'
        ? { state: await this.answered(target, message, traceId) }
        : this.ended(target, message, traceId);
    });
  }

  /** Ends the sessions that a VERIFIED LogoutRequest means. The IdP is told when that fails, so that it can go on. */
  private async ended(target: SamlTarget, request: VerifiedLogoutRequest, traceId: string): Promise<IdpSignOut> {
    const now = this.clock();
    const answer = (complete: boolean) =>
      createLogoutResponse(
        target.connection(now),
        { inResponseTo: request.requestId, complete, relayState: request.relayState },
        now,
      );
    const at = { organizationId: target.organization.id, identityProvider: target.identityProvider.name };
    const { requestId: messageId, nameId, sessionIndexes, replayableUntil } = request;
    const logout = { ...at, messageId, nameId, sessionIndexes, replayableUntil, traceId, now };
    try {
      const ended = await this.database.logouts.endSessions(logout);
      if (ended === 'replayed') throw replayed();
      this.count('identity_provider', 'ended', 'ok', traceId);
      return { ended, answer: answer(true) };
    } catch (error) {
      if (error instanceof LoginRefused) throw error;
      this.count('identity_provider', 'failed', 'internal_error', traceId);
      this.logger.error({ err: error, traceId }, 'a sign-out of the identity provider failed');
      return { ended: [], answer: answer(false) };
    }
  }

  /**
   * Hears a logout token at the back-channel logout address of an OpenID provider, and ends the sessions that it means.
   * @param unverified the form's field
   * @throws RecordedLogoutRefusal
   */
  async hear(target: OidcTarget, unverified: unknown, traceId: string): Promise<void> {
    const now = this.clock();
    const { organization, identityProvider } = target;
    const { name, provider, clientId } = identityProvider;
    const at = { organizationId: organization.id, identityProvider: name };
    await this.recorded(target, traceId, async () => {
      if (typeof unverified !== 'string') throw refusedToken('logout_token_missing');
      const connection = { id: `${organization.id}/${name}`, provider, clientId };
      const token = { unverifiedLogoutToken: unverified, connection, providers: this.providers, now };
      const { jti: messageId, sub, sid, replayableUntil } = await verifyLogoutToken(token);
      const nameId = sub === undefined ? undefined : { value: sub, format: OIDC_SUBJECT };
      const sessionIndexes = sid === undefined ? [] : [sid];
      const logout = { ...at, messageId, replayableUntil, nameId, sessionIndexes, traceId, now };
      const ended = await this.database.logouts.endSessions(logout);
      if (ended === 'replayed') throw refusedToken('logout_token_replayed');
    });
    this.count('identity_provider', 'ended', 'ok', traceId);
  }

  /** @returns the state to come to `/logged-out` with; undefined when nobody waits for this answer any more */
  private async answered(
    target: SamlTarget,
    { inResponseTo, complete }: VerifiedLogoutResponse,
    traceId: string,
  ): Promise<string | undefined> {
    const { id: organizationId } = target.organization;
    const state = newOrganizationToken(organizationId);
    const waited = await this.database.logouts.answer({
      organizationId,
      identityProvider: target.identityProvider.name,
      requestId: inResponseTo,
      everywhere: complete,
      stateHash: state.hash,
      now: this.clock(),
    });
    this.count('user', complete ? 'everywhere' : 'here', waited ? 'ok' : 'unknown_request', traceId);
    return waited ? state.value : undefined;
  }

  /** How the sign-out ended that a browser comes back from; unverified, and only told. */
  async finished(unverifiedState: unknown, flowCookie: string): Promise<SignedOut> {
    const state = readOrganizationToken(unverifiedState);
    if (!state) return 'here';
    const { organizationId, hash: stateHash } = state;
    return this.database.logouts.take({
      organizationId,
      stateHash,
      browserHash: sha256(flowCookie),
      now: this.clock(),
    });
  }

  /** A refused message leaves its flow record and audit event, within a budget, since anybody can send one. */
  private async recorded<T>(target: IdpTarget, traceId: string, part: () => Promise<T>): Promise<T> {
    try {
      return await part();
    } catch (error) {
      const refusal = asRefusal(error);
      if (!refusal) throw error;
      await this.record(target, traceId, refusal);
      throw new RecordedLogoutRefusal(refusal, traceId);
    }
  }

  private async record({ organization, identityProvider }: IdpTarget, traceId: string, refusal: LoginRefused) {
    const now = this.clock();
    const { name, type: protocol } = identityProvider;
    this.count('identity_provider', 'refused', refusal.code, traceId);
    if (!this.strangers.take(organization.id, now)) return;
    const vendor = organization.vendorOf(name, now);
    const flow = new Flow({ protocol, traceId, mode: 'logout', identityProvider: name, vendor, startedAt: now });
    await this.database.inOrganization(organization.id, (tx) => flow.refuse(tx, refusal, now));
  }

  private count(direction: 'user' | 'identity_provider', outcome: string, code: string, traceId: string): void {
    this.outcomes.inc({ direction, outcome, code });
    this.logger.info({ traceId, direction, outcome, code }, 'logout');
  }
}

function refusedToken(code: 'logout_token_missing' | 'logout_token_replayed'): LoginRefused {
  return new LoginRefused(code, 'message_used_once', OIDC_ERROR_CODES[code].sentence);
}

function replayed(): LoginRefused {
  return new LoginRefused(
    'replayed_logout_request',
    'message_used_once',
    SAML_ERROR_CODES.replayed_logout_request.sentence,
  );
}
