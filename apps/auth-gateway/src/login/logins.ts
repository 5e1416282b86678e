import { Inject, Injectable } from '@nestjs/common';
import type { Database, OrganizationTransaction, PostedAnswer } from '@rolecall/persistence';
import { CLOCK, type Clock, DATABASE, LOGGER, type Logger } from '@rolecall/platform';
import { type CallbackQuery, OidcProviders, type VerifiedIdToken } from '@rolecall/oidc';
import type { VerifiedAssertion } from '@rolecall/saml';
import { LoginRefused } from '../errors/login-refused.ts';
import { type IdpTarget, isOidc } from '../organizations/idp-target.ts';
import { Organizations } from '../organizations/organizations.ts';
import type { SamlTarget } from '../organizations/saml-target.ts';
import { newOrganizationToken, type PresentedToken } from '@rolecall/persistence';
import { acceptSamlResponse } from './accept-saml-response.ts';
import { type Arrival, type BrowserArrival, handleUnknown } from './arrival.ts';
import { completeLogin, type Completion, finishLogin, refuseOtherBrowser } from './complete-login.ts';
import { DecideAnew, type Decided } from './decide-anew.ts';
import { EvidenceNotes } from './evidence-notes.ts';
import { LoginOutcomes } from './login-outcomes.ts';
import type { Attempt, LoginWish, StartedLogin } from './login-wish.ts';
import {
  attemptOfTaken,
  checkResponseMode,
  connectionFor,
  loginOfIdToken,
  presentedState,
  returnedLogin,
  type ReturnedLogin,
} from './returned-login.ts';
import { startOidcLogin } from './start-oidc-login.ts';
import { startSamlLogin } from './start-saml-login.ts';
import { claimLogin, type UnconfirmedLogin } from './unconfirmed-login.ts';
import { type AccountWish, switchAccount } from './switch-account.ts';

export type { ReturnedLogin } from './returned-login.ts';

/** A login that ended well. */
export type EndedLogin = Exclude<Completion, { outcome: 'refused' }>;

/**
 * The parts of a login on the database: of a SAML login `start`, `accept`, `complete`; at an OpenID provider `start`,
 * `takeReturned`, `completeReturned`. How they end is told to `LoginOutcomes`.
 */
@Injectable()
export class Logins {
  private readonly evidence: EvidenceNotes;

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) logger: Logger,
    @Inject(Organizations) private readonly organizations: Organizations,
    @Inject(OidcProviders) private readonly providers: OidcProviders,
    @Inject(LoginOutcomes) private readonly outcomes: LoginOutcomes,
    @Inject(DecideAnew) private readonly anew: DecideAnew,
  ) {
    this.evidence = new EvidenceNotes(database.ssoEvidence, logger);
  }

  /** @throws RecordedRefusal */
  start(target: IdpTarget, wish: LoginWish): Promise<StartedLogin> {
    const { logins } = this.database;
    return this.outcomes.recorded(target, wish, () =>
      isOidc(target)
        ? startOidcLogin(logins, this.providers, target, wish, this.clock())
        : startSamlLogin(logins, target, wish, this.clock()),
    );
  }

  /** Takes a VERIFIED assertion; returns where the browser goes with its handle. @throws RecordedRefusal */
  accept(target: SamlTarget, attempt: Attempt, assertion: VerifiedAssertion): Promise<string> {
    const { traceId } = attempt;
    return this.outcomes.recorded(target, attempt, () =>
      acceptSamlResponse(this.database.logins, target, assertion, { traceId, now: this.clock() }),
    );
  }

  /** What a login that began at the IdP is, for the page that asks its user. @throws RecordedRefusal; LoginRefused `handle_unknown` */
  async unconfirmed({ organizationId }: PresentedToken, arrival: Arrival): Promise<UnconfirmedLogin> {
    const organization = await this.organizations.byId(organizationId);
    if (!organization) throw handleUnknown();
    const claim = (tx: OrganizationTransaction) => claimLogin(tx, organization, arrival, this.clock());
    const claimed = await this.database.inOrganization(organizationId, claim);
    return 'refusal' in claimed ? this.outcomes.refused(claimed, organization) : claimed;
  }

  /** Ends a login in one transaction. @throws RecordedRefusal; LoginRefused `handle_unknown` */
  async complete(handle: PresentedToken, arrival: Arrival): Promise<EndedLogin> {
    return this.ended(
      await this.anew.decide(handle.organizationId, (tx, organization) =>
        completeLogin(tx, organization, arrival, this.clock()),
      ),
    );
  }

  /**
   * Keeps an answer that a provider's page posted: from another site, so without our cookie. Nothing of it is looked at before the
   * browser itself comes for it.
   * @returns the handle for `/oidc/callback?h=`
   * @throws LoginRefused `callback_invalid`, `unknown_request`
   */
  async holdPosted(unverifiedState: unknown, answer: PostedAnswer, traceId: string): Promise<string> {
    const state = presentedState(unverifiedState);
    if (!state) throw this.stateUnknown(traceId);
    const { organizationId, hash: stateHash } = state;
    const handle = newOrganizationToken(organizationId);
    const at = { organizationId, stateHash, handleHash: handle.hash, answer, now: this.clock() };
    if (!(await this.database.logins.holdOidc(at))) throw this.stateUnknown(traceId);
    return handle.value;
  }

  /**
   * Takes the login that a callback's state names, or the handle of an answer that was posted; once, for the browser that
   * started it. `query` is UNVERIFIED.
   * @throws LoginRefused `callback_invalid`, `unknown_request`; RecordedRefusal
   */
  async takeReturned(query: CallbackQuery, arrival: BrowserArrival): Promise<ReturnedLogin> {
    const now = this.clock();
    const posted = query['h'] !== undefined;
    const state = presentedState(posted ? query['h'] : query['state']);
    const { browserHash, traceId } = arrival;
    if (!state) throw this.stateUnknown(traceId);
    const { organizationId, hash: stateHash } = state;
    const taken = await this.database.logins.takeOidc({ organizationId, stateHash, browserHash, now });
    if (taken === 'unknown') throw this.stateUnknown(traceId);
    if (taken === 'other_browser') {
      const refuse = (tx: OrganizationTransaction) => refuseOtherBrowser(tx, 'oidc', arrival, now);
      return this.outcomes.refused(await this.database.inOrganization(organizationId, refuse));
    }
    const target = await this.organizations.oidcTargetById(organizationId, taken.identityProvider);
    const attempt = attemptOfTaken(taken);
    const connection = await this.outcomes.recorded(target, attempt, async () => {
      checkResponseMode(target, posted, taken.answer);
      return connectionFor(target, taken);
    });
    return returnedLogin(target, taken, connection, taken.answer ?? query);
  }

  private stateUnknown(traceId: string): LoginRefused {
    this.outcomes.count('refused', 'unknown_request', traceId);
    return new LoginRefused('unknown_request', 'state_known', 'The state is unknown, was used before, or is too old.');
  }

  /**
   * Ends a login at an OpenID provider, whose ID token is VERIFIED, in one transaction.
   * @param session SHA-256 of the browser's session, which only a login that links an identity asks for. UNVERIFIED
   * @param browser a short name of it for people
   * @throws RecordedRefusal
   */
  async completeReturned(
    returned: ReturnedLogin,
    token: VerifiedIdToken,
    session: Buffer | undefined,
    browser: string,
  ): Promise<EndedLogin> {
    const { target, taken } = returned;
    const attempt = attemptOfTaken(taken);
    const said = await this.outcomes.recorded(target, attempt, async () => loginOfIdToken(returned, token, browser));
    const { linkUserId: userId } = taken;
    const login = userId === undefined ? said : { ...said, link: { userId, session } };
    return this.ended(
      await this.anew.decide(target.organization.id, (tx, organization) =>
        finishLogin(tx, organization, login, 'oidc', this.clock()),
      ),
    );
  }

  /** Opens another account that a login offered, in one transaction. @throws RecordedRefusal; LoginRefused `handle_unknown` */
  async switchAccount(organizationId: string, wish: AccountWish): Promise<EndedLogin> {
    return this.ended(
      await this.anew.decide(organizationId, (tx, organization) => switchAccount(tx, organization, wish, this.clock())),
    );
  }

  private async ended({ result: completion, organization }: Decided<Completion>): Promise<EndedLogin> {
    if (completion.outcome === 'refused') return this.outcomes.refused(completion, organization);
    await this.evidence.note(organization, completion, this.clock());
    const succeeded = completion.outcome === 'tested' ? 'tested' : 'succeeded';
    this.outcomes.count(
      succeeded,
      completion.outcome === 'tested' ? (completion.report.code ?? 'ok') : 'ok',
      completion.traceId,
    );
    return completion;
  }
}
