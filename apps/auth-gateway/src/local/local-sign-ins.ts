import { Inject, Injectable } from '@nestjs/common';
import { type Database, type PresentedToken, readOrganizationToken, sha256 } from '@rolecall/persistence';
import { CLOCK, type Clock, DATABASE } from '@rolecall/platform';
import { SharedLimits } from '../limits/shared-limits.ts';
import type { EndedLogin } from '../login/logins.ts';
import { DecideAnew } from '../login/decide-anew.ts';
import { LoginOutcomes } from '../login/login-outcomes.ts';
import type { Organization } from '../organizations/organization.ts';
import type { TypedCode } from '../second-factors/codes.ts';
import { localFlow, type VerifiedPassword } from './check-password.ts';
import { enter, factorOf, type LocalCompletion, mailCode } from './enter.ts';
import { secondFactorFailed, signInOver, TRIES, tryCode } from './try-code.ts';
import { deviceHash, type Visitor } from './visitor.ts';

/** The handle that a browser presents for its pending sign-in, taken apart: UNVERIFIED. */
export interface PresentedHandle extends PresentedToken {
  readonly value: string;
}

/** What the page of a pending sign-in asks for. */
export interface AskedFactor {
  readonly factor: 'totp' | 'email_code';
  readonly triesLeft: number;
  readonly returnTo: string | undefined;
}

export type TriedCode = EndedLogin | { readonly outcome: 'wrong'; readonly triesLeft: number };

/** Sign-ins by password, after the password (`CheckPassword`). How they end is told to `LoginOutcomes`. */
@Injectable()
export class LocalSignIns {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(SharedLimits) private readonly limits: SharedLimits,
    @Inject(LoginOutcomes) private readonly outcomes: LoginOutcomes,
    @Inject(DecideAnew) private readonly anew: DecideAnew,
  ) {}

  /** Goes on from a password that was right. @throws RecordedRefusal */
  async enter(
    verified: VerifiedPassword,
    visitor: Visitor,
    returnTo: string | undefined,
  ): Promise<Exclude<LocalCompletion, { readonly outcome: 'refused' }>> {
    const { result } = await this.anew.decide(verified.organizationId, (tx, organization) => {
      const flow = localFlow(visitor.traceId, verified.startedAt);
      return enter({ tx, organization, verified, visitor, returnTo, flow, now: this.clock() });
    });
    if (result.outcome === 'refused') return this.outcomes.refused(result);
    if (result.outcome === 'signed_in') this.outcomes.count('succeeded', 'ok', result.traceId);
    else if (result.factor === 'email_code') await this.mailCode(result.handle, visitor);
    return result;
  }

  /** What a pending sign-in waits for; undefined = it is unknown, over, or of another browser. */
  async asked(handle: PresentedHandle, organization: Organization, visitor: Visitor): Promise<AskedFactor | undefined> {
    if (handle.organizationId !== organization.id) return undefined;
    return this.database.inOrganization(handle.organizationId, async (tx) => {
      const pending = await tx.signIns.find(this.presented(handle, visitor));
      const account = pending && (await tx.accounts.byUser(pending.userId));
      const factor = account && (factorOf(organization, account) ?? 'email_code');
      return factor && { factor, triesLeft: TRIES - pending.tries, returnTo: pending.returnTo };
    });
  }

  /** @throws RecordedRefusal; TooManyRequests */
  async tryCode(handle: PresentedHandle, typed: TypedCode | undefined, visitor: Visitor): Promise<TriedCode> {
    await this.countForUser(handle, visitor);
    const { hash: handleHash, value } = handle;
    const browserHash = sha256(visitor.flowCookie);
    const attempt = { handle: value, handleHash, browserHash, typed, visitor };
    const { result } = await this.anew.decide(handle.organizationId, (tx, organization) =>
      tryCode(tx, organization, attempt, this.clock()),
    );
    if (result.outcome === 'refused') return this.outcomes.refused(result);
    if (result.outcome === 'signed_in') this.outcomes.count('succeeded', 'ok', result.traceId);
    else if (result.triesLeft === 0) this.outcomes.count('refused', secondFactorFailed(0).code, visitor.traceId);
    return result;
  }

  /** Mails another code; counts as a try, so that nobody's mailbox is filled. @throws LoginRefused `handle_unknown` */
  async mailAgain(handle: PresentedHandle, visitor: Visitor): Promise<void> {
    const { result: isByMail } = await this.anew.decide(handle.organizationId, async (tx, organization) => {
      await tx.accounts.holdRevision(organization.snapshot.revision);
      const pending = await tx.signIns.countTry(this.presented(handle, visitor));
      const account = pending && (await tx.accounts.byUser(pending.userId));
      if (!account || pending.tries > TRIES) throw signInOver();
      return factorOf(organization, account) !== 'totp';
    });
    if (isByMail) await this.mailCode(handle.value, visitor);
  }

  /** Unless too many were mailed: then the sign-in waits for none. Outside of the other transaction: the count is kept by another connection. */
  private async mailCode(value: string, visitor: Visitor): Promise<void> {
    const token = readOrganizationToken(value);
    if (!token) throw new Error('the handle of a pending sign-in is an organization token');
    const handle = { ...token, value };
    const account = await this.countedAs(handle, visitor);
    if (account === undefined || !(await this.limits.mayMailCode(account))) return;
    await this.database.inOrganization(handle.organizationId, async (tx) => {
      const pending = await tx.signIns.find(this.presented(handle, visitor));
      const found = pending && (await tx.accounts.byUser(pending.userId));
      if (found) await mailCode(tx, found, value, handle.hash, this.clock());
    });
  }

  /**
   * A guesser who has the password may begin anew for ever, so the user's codes are counted over all sign-ins; those of a device that
   * is known by themselves, so that the guesser does not keep the owner out (security-checklist.md 31).
   */
  private async countForUser(handle: PresentedHandle, visitor: Visitor): Promise<void> {
    const account = await this.countedAs(handle, visitor);
    if (account !== undefined) await this.limits.take('second-factor', account);
  }

  private async countedAs(handle: PresentedHandle, visitor: Visitor): Promise<string | undefined> {
    const { organizationId } = handle;
    return this.database.inOrganization(organizationId, async ({ signIns, devices }) => {
      const pending = await signIns.find(this.presented(handle, visitor));
      if (!pending) return undefined;
      const { userId } = pending;
      const isKnown = await devices.isKnown(userId, deviceHash(userId, visitor));
      return [organizationId, userId, ...(isKnown ? [visitor.device] : [])].join('/');
    });
  }

  private presented({ hash: handleHash }: PresentedHandle, { flowCookie }: Visitor) {
    return { handleHash, browserHash: sha256(flowCookie), now: this.clock() };
  }
}
