import { setTimeout as pause } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { type Database, type OrganizationTransaction, PersistenceError } from '@rolecall/persistence';
import { CLOCK, type Clock, DATABASE, LOGGER, type Logger, Metrics } from '@rolecall/platform';
import { issuedAt, SamlError, type VerifiedAssertion } from '@rolecall/saml';
import type { Counter } from 'prom-client';
import { LoginRefused, RecordedRefusal } from '../errors/login-refused.ts';
import { LOGIN_LIFETIME_MS } from '../http/cookies.ts';
import { type Organization, Organizations, type SamlTarget } from '../organizations/organization.ts';
import type { PresentedToken } from '../sessions/organization-token.ts';
import { acceptSamlResponse } from './accept-saml-response.ts';
import { type Arrival, completeLogin, type Completion } from './complete-login.ts';
import { Flow } from './flow.ts';
import { RefusalBudget } from './refusal-budget.ts';
import { type LoginWish, type StartedLogin, startSamlLogin } from './start-saml-login.ts';
import { Overtaken } from './writes.ts';

/** How one request of a login is named in its flow record, should it be refused. */
export interface Attempt {
  readonly traceId: string;
  readonly mode: 'login' | 'test';
  /** At an ACS: the request of ours that the answer claims to answer. UNVERIFIED. */
  readonly answers?: string | undefined;
}

/** An apply may replace the rules while a login is decided; more often than this in a row it does not happen. */
const MAX_DECISIONS = 3;

/** The notice that an organization changed may reach this process a moment after the change itself, in milliseconds. */
const NOTICE_MS = 30;

/**
 * The three parts of a SAML login on the database. Each refusal is counted and logged before it is thrown, and recorded:
 * once for a login that waits, and within a budget for what belongs to none, since anybody can send that.
 */
@Injectable()
export class Logins {
  private readonly outcomes: Counter<'outcome' | 'code'>;
  private readonly strangers = new RefusalBudget();

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(Organizations) private readonly organizations: Organizations,
    @Inject(Metrics) metrics: Metrics,
  ) {
    this.outcomes = metrics.counter('rolecall_logins_total', 'Logins that ended, by outcome and error code', [
      'outcome',
      'code',
    ]);
  }

  /** @throws RecordedRefusal */
  start(target: SamlTarget, wish: LoginWish): Promise<StartedLogin> {
    return this.recorded(target, wish, () => startSamlLogin(this.database.logins, target, wish, this.clock()));
  }

  /** Takes a VERIFIED assertion; returns the handle for `/saml/continue`. @throws RecordedRefusal */
  accept(target: SamlTarget, attempt: Attempt, assertion: VerifiedAssertion): Promise<string> {
    return this.recorded(target, attempt, () =>
      acceptSamlResponse(this.database.logins, target, assertion, this.clock()),
    );
  }

  /** Ends a login in one transaction. @throws RecordedRefusal; LoginRefused `handle_unknown` */
  async complete(handle: PresentedToken, arrival: Arrival): Promise<Exclude<Completion, { outcome: 'refused' }>> {
    const completion = await this.decideAnew(handle.organizationId, (tx, organization) =>
      completeLogin(tx, organization, arrival, this.clock()),
    );
    if (completion.outcome === 'refused') {
      this.count('refused', completion.refusal.code, completion.traceId);
      throw new RecordedRefusal(completion.refusal, completion.traceId);
    }
    const succeeded = completion.outcome === 'signed_in' ? 'succeeded' : 'tested';
    this.count(
      succeeded,
      completion.outcome === 'tested' ? (completion.report.code ?? 'ok') : 'ok',
      completion.traceId,
    );
    return completion;
  }

  /** Runs a part of a login before there is a verified one; a refusal gets its flow record and audit event. */
  async recorded<T>(target: SamlTarget, attempt: Attempt, part: () => Promise<T>): Promise<T> {
    try {
      return await part();
    } catch (error) {
      const refusal = asRefusal(error);
      if (!refusal) throw error;
      throw await this.record(target, attempt, refusal);
    }
  }

  private async record(
    { organization, identityProvider }: SamlTarget,
    attempt: Attempt,
    refusal: LoginRefused,
  ): Promise<RecordedRefusal> {
    const now = this.clock();
    const login = await this.pendingLogin(organization.id, attempt.answers, now);
    const { traceId, mode } = login ?? attempt;
    const flow = new Flow({ traceId, mode, identityProvider: identityProvider.name, startedAt: now });
    if (login) flow.pass('answer_expected');
    const isFirst = login !== undefined && !(await this.isRecorded(organization.id, traceId));
    if (isFirst || this.strangers.take(organization.id, now)) {
      await this.database.inOrganization(organization.id, (tx) => flow.refuse(tx, refusal, now));
    } else flow.fail(refusal);
    this.count(mode === 'test' ? 'tested' : 'refused', refusal.code, traceId);
    if (mode === 'login') return new RecordedRefusal(refusal, traceId);
    const { displayName } = organization.settings;
    const names = { organization: displayName, identityProvider: identityProvider.displayName };
    return new RecordedRefusal(refusal, traceId, { ...names, traceId, code: refusal.code, steps: flow.steps });
  }

  /** The login that waits for an answer to a request; asks the database for nothing that cannot wait any more. */
  private async pendingLogin(organizationId: string, requestId: string | undefined, now: Date) {
    const begun = requestId === undefined ? undefined : issuedAt(requestId);
    if (requestId === undefined || begun === undefined) return undefined;
    const age = now.getTime() - begun.getTime();
    return age < LOGIN_LIFETIME_MS ? this.database.logins.pending(organizationId, requestId) : undefined;
  }

  private async isRecorded(organizationId: string, traceId: string): Promise<boolean> {
    return (await this.database.inOrganization(organizationId, (tx) => tx.findFlow(traceId))) !== undefined;
  }

  /** Runs `decide` in a transaction of the organization; again from the start when an apply or another login overtook it. */
  private async decideAnew<T>(
    organizationId: string,
    decide: (tx: OrganizationTransaction, organization: Organization) => Promise<T>,
  ): Promise<T> {
    for (let left = MAX_DECISIONS; ; left--) {
      const organization = await this.organizations.byId(organizationId);
      if (!organization) throw new LoginRefused('handle_unknown', 'handle_known', 'The handle names no organization.');
      try {
        return await this.database.inOrganization(organizationId, (tx) => decide(tx, organization));
      } catch (error) {
        const stale = error instanceof PersistenceError && error.code === 'stale_revision';
        if (!(stale || error instanceof Overtaken) || left <= 1) throw error;
        await pause(NOTICE_MS);
      }
    }
  }

  private count(outcome: 'succeeded' | 'refused' | 'tested', code: string, traceId: string): void {
    this.outcomes.inc({ outcome, code });
    this.logger.info({ traceId, outcome, code }, 'login');
  }
}

/** A refused message of libs/saml is a refused login; other errors are no refusals. */
function asRefusal(error: unknown): LoginRefused | undefined {
  if (error instanceof LoginRefused) return error;
  if (error instanceof SamlError) return new LoginRefused(error.code, 'answer_verified', error.message, error.detail);
  return undefined;
}
