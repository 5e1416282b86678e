import type { LocalAccount, OrganizationTransaction, PendingSignIn } from '@rolecall/persistence';
import type { AuditEvent } from '@rolecall/audit';
import type { Organization } from '../organizations/organization.ts';
import { LoginRefused } from '../errors/login-refused.ts';
import { isEmailCode, recoveryCodeHash, totpStepOf, type TypedCode } from '../second-factors/codes.ts';
import { localFlow } from './check-password.ts';
import { factorOf, type LocalCompletion, type LocalLogin, openAccount, signedIn } from './enter.ts';
import type { Visitor } from './visitor.ts';

/** After so many wrong codes the password is asked for again. */
export const TRIES = 5;

/** A code at a pending sign-in. */
export interface CodeAttempt {
  readonly handle: string;
  readonly handleHash: Buffer;
  readonly browserHash: Buffer;
  /** undefined = nothing that could be a code. */
  readonly typed: TypedCode | undefined;
  readonly visitor: Visitor;
}

export type CodeCompletion =
  | Exclude<LocalCompletion, { readonly outcome: 'second_factor' }>
  /** The code was wrong; without tries left the sign-in is over. */
  | { readonly outcome: 'wrong'; readonly triesLeft: number };

/**
 * The end of a sign-in that waits for a second factor. Every try is counted before it is looked at, one after the other; a wrong one
 * commits as well.
 */
export async function tryCode(
  tx: OrganizationTransaction,
  organization: Organization,
  attempt: CodeAttempt,
  now: Date,
): Promise<CodeCompletion> {
  await tx.accounts.holdRevision(organization.snapshot.revision);
  const { handleHash, browserHash, visitor } = attempt;
  const pending = await tx.signIns.countTry({ handleHash, browserHash, now });
  if (!pending) return { outcome: 'refused', traceId: visitor.traceId, refusal: signInOver() };
  const { traceId, returnTo, userId, passwordChangedAt: changedAt, startedAt } = pending;
  const flow = localFlow(traceId, startedAt);
  const verified = { organizationId: organization.id, userId, changedAt, startedAt };
  const login: LocalLogin = { tx, organization, verified, visitor, returnTo, flow, now };
  try {
    const account = await openAccount(login);
    if (!(await isRight(login, account, pending, attempt))) return await wrong(login, pending, attempt);
    await tx.signIns.end(handleHash);
    flow.pass('second_factor_right', attempt.typed?.factor);
    const completion = await signedIn(login, account);
    if (completion.outcome === 'second_factor') throw new Error('a second factor is asked for once');
    return completion;
  } catch (error) {
    if (!(error instanceof LoginRefused)) throw error;
    await tx.signIns.end(handleHash);
    await flow.refuse(tx, error, now);
    return { outcome: 'refused', traceId, refusal: error };
  }
}

/** Whether the code is good, and of a factor that this account is asked for; uses it up. */
async function isRight(
  { tx, organization, now }: LocalLogin,
  account: LocalAccount,
  { emailCodeHash }: PendingSignIn,
  { handle, typed }: CodeAttempt,
): Promise<boolean> {
  const { userId, profile } = account.user;
  const asked = factorOf(organization, account) ?? 'email_code';
  if (typed === undefined) return false;
  if (asked === 'email_code') {
    return typed.factor === 'email_code' && isEmailCode(handle, typed.code, emailCodeHash);
  }
  if (typed.factor === 'totp') return isFreshTotp(tx, userId, typed.code, now);
  if (typed.factor !== 'recovery_code') return false;
  if (!(await tx.accounts.useRecoveryCode(userId, recoveryCodeHash(typed.code)))) return false;
  const data = { what: 'code_used', at: now.toISOString() } as const;
  await tx.mail({ kind: 'second-factor-changed', to: profile.email ?? '', data }, now);
  return true;
}

/** A code of the seed around now whose step was never accepted before; it is used up. */
export async function isFreshTotp(
  { accounts }: OrganizationTransaction,
  userId: string,
  code: string,
  now: Date,
): Promise<boolean> {
  const seed = await accounts.totpSeed(userId);
  const step = seed?.confirmed === true ? totpStepOf(seed.seed, code, now) : undefined;
  return step !== undefined && (await accounts.useTotpStep(userId, step));
}

async function wrong(
  { tx, verified, flow, now }: LocalLogin,
  { tries, handleHash, traceId }: PendingSignIn,
  { typed }: CodeAttempt,
): Promise<CodeCompletion> {
  const triesLeft = Math.max(0, TRIES - tries);
  const factor = typed?.factor ?? 'unknown';
  const failed: AuditEvent = {
    type: 'second_factor.failed',
    at: now,
    actor: { kind: 'system', id: 'auth-gateway' },
    subject: verified.userId,
    data: { factor, tries },
    traceId,
  };
  await tx.audit([failed]);
  if (triesLeft === 0) {
    await tx.signIns.end(handleHash);
    await flow.refuse(tx, secondFactorFailed(tries), now);
  }
  return { outcome: 'wrong', triesLeft };
}

export function secondFactorFailed(tries: number): LoginRefused {
  const message = 'The password was right and the codes were not: somebody may know the password.';
  return new LoginRefused('second_factor_failed', 'second_factor_right', message, { got: `${tries} wrong codes` });
}

/** Not recorded: nothing is known of whoever comes with another handle. */
export function signInOver(): LoginRefused {
  return new LoginRefused('handle_unknown', 'handle_known', 'The sign-in is unknown, over, or of another browser.');
}
