import type { AuditEvent } from '@rolecall/audit';
import type { FlowRecord, FlowStep, OrganizationTransaction } from '@rolecall/persistence';
import { operatorEntry, type Vendor } from '@rolecall/platform/guidance';
import type { LoginRefused } from '../errors/login-refused.ts';

const SHOWN_CHARACTERS = 400;
const REFUSED = { login: 'login.refused', test: 'sso.tested', logout: 'logout.refused' } as const;

/** What names one login in its flow record, its audit events and on an error page. */
export interface FlowHead {
  /** `local` = by password. */
  readonly protocol: 'saml' | 'oidc' | 'local';
  readonly traceId: string;
  /** `logout` is of a logout message, and only of one that was refused. */
  readonly mode: 'login' | 'test' | 'logout';
  readonly identityProvider: string;
  /** The vendor of the identity provider; absent when the login could not be told. */
  readonly vendor?: Vendor;
  readonly startedAt: Date;
}

/** The steps of one login as they pass, and at its end its flow record and audit events. */
export class Flow {
  private readonly taken: FlowStep[] = [];

  constructor(readonly head: FlowHead) {}

  /** Notes a check that passed. `got` is bounded; it may name groups and roles, never an e-mail address. */
  pass(check: string, got?: string): void {
    this.taken.push({ check, passed: true, ...(got === undefined ? {} : { got: bounded(got) }) });
  }

  /** The steps so far, the one that failed included. */
  get steps(): readonly FlowStep[] {
    return this.taken;
  }

  /** Ends the flow well: the record and `events`, in the caller's transaction. */
  async succeed(
    tx: OrganizationTransaction,
    userId: string | undefined,
    events: readonly AuditEvent[],
    now: Date,
  ): Promise<void> {
    await tx.recordFlow({
      ...this.record(now),
      outcome: 'succeeded',
      code: undefined,
      mustAct: undefined,
      userId,
      steps: this.steps,
    });
    await tx.audit(events);
  }

  /** Notes the check that failed. */
  fail({ check, code, message, detail }: LoginRefused): void {
    const { want = message, got = code } = detail;
    this.taken.push({ check, passed: false, want: bounded(want), got: bounded(got) });
  }

  /** Ends the flow with a refusal: the record and one audit event, in the caller's transaction. */
  async refuse(tx: OrganizationTransaction, refusal: LoginRefused, now: Date): Promise<void> {
    const { traceId, identityProvider, mode } = this.head;
    this.fail(refusal);
    await tx.recordFlow({
      ...this.record(now),
      outcome: 'refused',
      code: refusal.code,
      mustAct: operatorEntry(refusal.code)?.mustAct,
      userId: undefined,
      steps: this.steps,
    });
    await tx.audit([
      {
        type: REFUSED[mode],
        at: now,
        actor: { kind: 'system', id: 'auth-gateway' },
        subject: identityProvider,
        data:
          mode === 'test'
            ? { identityProvider, outcome: 'refused', code: refusal.code }
            : { identityProvider, code: refusal.code },
        traceId,
      },
    ]);
  }

  private record(now: Date): Omit<FlowRecord, 'outcome' | 'code' | 'mustAct' | 'userId' | 'steps'> {
    const { protocol, traceId, identityProvider, vendor, mode, startedAt } = this.head;
    return {
      traceId,
      kind: protocol === 'local' ? 'local-login' : `${protocol}-${mode}`,
      identityProvider,
      vendor,
      startedAt,
      finishedAt: now,
    };
  }
}

/** Well-formed, because half a surrogate pair cannot be queried as `jsonb`. */
function bounded(text: string): string {
  const cut = text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
  return cut.toWellFormed();
}
