import { Inject, Injectable } from '@nestjs/common';
import type { AuditEvent } from '@rolecall/audit';
import type { Database, LocalAccount, OrganizationTransaction, SecondFactorChange } from '@rolecall/persistence';
import { CLOCK, type Clock, DATABASE } from '@rolecall/platform';
import { SharedLimits } from '../limits/shared-limits.ts';
import { closedDoor } from '../local/local-door.ts';
import { isFreshTotp } from '../local/try-code.ts';
import type { Organization } from '../organizations/organization.ts';
import { newRecoveryCodes, newTotpSeed, readCode, recoveryCodeHash, totpInvitation, totpStepOf } from './codes.ts';

/** A user who changes their own second factors: signed in within the last ten minutes, as the caller has checked. */
export interface Owner {
  readonly organization: Organization;
  readonly userId: string;
  /** SHA-256 of the session that asks. */
  readonly session: Buffer;
  readonly traceId: string;
}

/** What the user has. */
export interface SecondFactorState {
  /** False = the user has no password, or may not use one: second factors are asked for by nothing. */
  readonly possible: boolean;
  readonly totp: boolean;
  /** How many are left. */
  readonly recoveryCodes: number;
  /** Without one of their own, a code is mailed at each sign-in. */
  readonly required: boolean;
}

/**
 * Second factors of sign-ins by password, as their owners change them (security-checklist.md 39 to 42). Each change is audited and told by
 * mail. Everything that takes a code is counted. @throws TooManyRequests
 */
@Injectable()
export class SecondFactors {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(SharedLimits) private readonly limits: SharedLimits,
  ) {}

  async state({ organization, userId }: Pick<Owner, 'organization' | 'userId'>): Promise<SecondFactorState> {
    const account = await this.database.inOrganization(organization.id, (tx) => tx.accounts.byUser(userId));
    const possible = account !== undefined && this.isPossible(organization, account);
    const { totp = false, recoveryCodes = 0 } = account ?? {};
    return { possible, totp, recoveryCodes, required: organization.settings.login.secondFactor === 'required' };
  }

  /**
   * A new seed for an authenticator app, which counts when `confirmTotp` gets a code of it. SECRET: to be shown once.
   * undefined = the user has an app already, or can have none.
   */
  async enrolTotp(owner: Owner): Promise<{ readonly secret: string; readonly uri: string } | undefined> {
    const { organization, userId } = owner;
    return this.changing(owner, async (tx, account) => {
      const seed = newTotpSeed();
      if (!(await tx.accounts.proposeTotp(userId, seed))) return undefined;
      return totpInvitation(seed, organization.settings.displayName, account.addressKey);
    });
  }

  /** @returns the recovery codes, SECRET: to be shown once; undefined = the code is wrong, or no seed waits */
  async confirmTotp(owner: Owner, code: unknown): Promise<readonly string[] | undefined> {
    const typed = readCode(code);
    await this.count(owner);
    return this.changing(owner, async (tx, account, now) => {
      const seed = await tx.accounts.totpSeed(owner.userId);
      const step = seed && typed?.factor === 'totp' ? totpStepOf(seed.seed, typed.code, now) : undefined;
      if (step === undefined || !(await tx.accounts.confirmTotp(owner.userId, step, now))) return undefined;
      await this.tell(tx, owner, account, 'enrolled', now);
      return this.replaceCodes(tx, owner.userId);
    });
  }

  /** With the recovery codes. @param code of the app, or a recovery code. @returns false when it is wrong */
  async remove(owner: Owner, code: unknown): Promise<boolean> {
    await this.count(owner);
    const removed = await this.changing(owner, async (tx, account, now) => {
      if (!(await this.isFactor(tx, owner.userId, code, now))) return false;
      await tx.accounts.removeTotp(owner.userId);
      await this.tell(tx, owner, account, 'removed', now);
      return true;
    });
    return removed ?? false;
  }

  /** Ends the former ones. @param code of the app, or a recovery code. @returns undefined when it is wrong. SECRET: to be shown once */
  async newRecoveryCodes(owner: Owner, code: unknown): Promise<readonly string[] | undefined> {
    await this.count(owner);
    return this.changing(owner, async (tx, account, now) => {
      if (!(await this.isFactor(tx, owner.userId, code, now))) return undefined;
      await this.tell(tx, owner, account, 'codes_made', now);
      return this.replaceCodes(tx, owner.userId);
    });
  }

  private isPossible(organization: Organization, account: LocalAccount): boolean {
    return account.password !== undefined && closedDoor(organization, account, this.clock()) === undefined;
  }

  private async changing<T>(
    { organization, userId }: Owner,
    change: (tx: OrganizationTransaction, account: LocalAccount, now: Date) => Promise<T>,
  ): Promise<T | undefined> {
    return this.database.inOrganization(organization.id, async (tx) => {
      const account = await tx.accounts.byUser(userId);
      if (!account || !this.isPossible(organization, account)) return undefined;
      return change(tx, account, this.clock());
    });
  }

  /** By the session: whoever tries codes at the sign-in keeps no owner out here (security-checklist.md 31). */
  private async count({ organization, userId, session }: Owner): Promise<void> {
    await this.limits.take('second-factor', `${organization.id}/${userId}/account/${session.toString('hex')}`);
  }

  private async isFactor(tx: OrganizationTransaction, userId: string, code: unknown, now: Date): Promise<boolean> {
    const typed = readCode(code);
    if (typed?.factor === 'totp') return isFreshTotp(tx, userId, typed.code, now);
    return typed?.factor === 'recovery_code' && tx.accounts.useRecoveryCode(userId, recoveryCodeHash(typed.code));
  }

  private async replaceCodes({ accounts }: OrganizationTransaction, userId: string): Promise<readonly string[]> {
    const codes = newRecoveryCodes();
    await accounts.replaceRecoveryCodes(userId, codes.map(recoveryCodeHash));
    return codes;
  }

  private async tell(
    tx: OrganizationTransaction,
    { userId, traceId }: Owner,
    { user: { profile } }: LocalAccount,
    what: Extract<SecondFactorChange, 'enrolled' | 'removed' | 'codes_made'>,
    now: Date,
  ): Promise<void> {
    const type = what === 'removed' ? 'second_factor.removed' : 'second_factor.enrolled';
    const data = { factor: what === 'codes_made' ? 'recovery_code' : 'totp' };
    const event: AuditEvent = { type, at: now, actor: { kind: 'user', id: userId }, subject: userId, data, traceId };
    await tx.audit([event]);
    const mailed = { what, at: now.toISOString() };
    await tx.mail({ kind: 'second-factor-changed', to: profile.email ?? '', data: mailed }, now);
  }
}
