import { Inject, Injectable } from '@nestjs/common';
import type { Database, OrganizationTransaction } from '@rolecall/persistence';
import { CLOCK, type Clock, DATABASE, LOGGER, type Logger, Metrics } from '@rolecall/platform';
import { operatorEntry } from '@rolecall/platform/guidance';
import { issuedAt } from '@rolecall/saml';
import type { Counter } from 'prom-client';
import { asRefusal } from '../errors/as-refusal.ts';
import { type LoginRefused, RecordedRefusal } from '../errors/login-refused.ts';
import { LOGIN_LIFETIME_MS } from '../http/cookies.ts';
import type { IdpTarget } from '../organizations/idp-target.ts';
import { loginPath, type Organization, recoveryPath } from '../organizations/organization.ts';
import type { Completion } from './complete-login.ts';
import { Flow } from './flow.ts';
import type { Attempt } from './login-wish.ts';
import { RefusalBudget } from './refusal-budget.ts';
import { refusedTest } from './test-login.ts';

/**
 * How logins end, for operators: each is counted and logged. A refusal is recorded before it is thrown: once for a login that
 * waits, and within a budget for what belongs to none, since anybody can send that.
 */
@Injectable()
export class LoginOutcomes {
  private readonly outcomes: Counter<'outcome' | 'code'>;
  private readonly strangers = new RefusalBudget();

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(Metrics) metrics: Metrics,
  ) {
    this.outcomes = metrics.counter('rolecall_logins_total', 'Logins that ended, by outcome and error code', [
      'outcome',
      'code',
    ]);
  }

  /** Runs a part of a login before there is a verified one; a refusal gets its flow record and audit event. */
  async recorded<T>(target: IdpTarget, attempt: Attempt, part: () => Promise<T>): Promise<T> {
    try {
      return await part();
    } catch (error) {
      const refusal = asRefusal(error);
      if (!refusal) throw error;
      throw await this.record(target, attempt, refusal);
    }
  }

  private async record(target: IdpTarget, attempt: Attempt, refusal: LoginRefused): Promise<RecordedRefusal> {
    const { organization, identityProvider } = target;
    const now = this.clock();
    const { name, type: protocol } = identityProvider;
    const login = await this.pendingLogin(organization.id, attempt.inResponseTo, now);
    const { traceId, mode } = login ?? attempt;
    const head = { protocol, traceId, mode, identityProvider: name, vendor: organization.vendorOf(name, now) };
    const flow = new Flow({ ...head, startedAt: attempt.startedAt ?? now });
    if (login) flow.pass('answer_expected');
    const waited = login !== undefined && !(await this.isRecorded(organization.id, traceId));
    const isFirst = waited || attempt.startedAt !== undefined;
    const isKept = isFirst || this.strangers.take(organization.id, now);
    const keep = async (tx: OrganizationTransaction) => {
      if (isKept) await flow.refuse(tx, refusal, now);
      else flow.fail(refusal);
      return mode === 'test' ? refusedTest(tx, target, flow, refusal, now) : undefined;
    };
    const report = isKept || mode === 'test' ? await this.database.inOrganization(organization.id, keep) : undefined;
    this.count(mode === 'test' ? 'tested' : 'refused', refusal.code, traceId);
    const startAt = refusal.code === 'unsolicited_response' ? loginPath(organization, identityProvider) : undefined;
    const repairAt = repairOf(refusal, organization);
    return new RecordedRefusal(refusal, traceId, report, mode === 'login' ? startAt : undefined, repairAt);
  }

  /** Whether a login waits for the answer to the request that an attempt claims to answer. */
  async isAwaited({ organization }: IdpTarget, { inResponseTo }: Attempt): Promise<boolean> {
    return (await this.pendingLogin(organization.id, inResponseTo, this.clock())) !== undefined;
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

  /** Of a login whose record its own transaction has written; in the organization, where one is known. */
  refused({ refusal, traceId }: Extract<Completion, { outcome: 'refused' }>, organization?: Organization): never {
    this.count('refused', refusal.code, traceId);
    throw new RecordedRefusal(refusal, traceId, undefined, undefined, organization && repairOf(refusal, organization));
  }

  count(outcome: 'succeeded' | 'refused' | 'tested', code: string, traceId: string): void {
    this.outcomes.inc({ outcome, code });
    this.logger.info({ traceId, outcome, code }, 'login');
  }
}

/** Where recovery admins can mend it, when it is at the customer's side. */
function repairOf({ code }: LoginRefused, organization: Organization): string | undefined {
  return operatorEntry(code)?.mustAct === 'customer' ? recoveryPath(organization) : undefined;
}
