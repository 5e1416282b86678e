import { Inject, Injectable } from '@nestjs/common';
import { addressKeyOf, type Database, LOCAL_SIGN_IN, type LocalAccount } from '@rolecall/persistence';
import { CLOCK, type Clock, DATABASE } from '@rolecall/platform';
import { v7 as uuidv7 } from 'uuid';
import { LoginRefused, RecordedRefusal } from '../errors/login-refused.ts';
import { SharedLimits } from '../limits/shared-limits.ts';
import { Flow } from '../login/flow.ts';
import { LoginOutcomes } from '../login/login-outcomes.ts';
import { RefusalBudget } from '../login/refusal-budget.ts';
import type { Organization } from '../organizations/organization.ts';
import { PasswordHashes } from '../passwords/password-hashes.ts';
import { closedDoor } from './local-door.ts';
import { deviceHash, type Visitor } from './visitor.ts';

/** What was typed at the form: UNVERIFIED. */
export interface PasswordAttempt {
  readonly organization: Organization;
  readonly address: string;
  readonly password: string;
  readonly visitor: Visitor;
}

/** A password that was right, of an account whose door was open when it was looked at. */
export interface VerifiedPassword {
  readonly organizationId: string;
  readonly userId: string;
  /** Of the password that was right. */
  readonly changedAt: Date;
  readonly startedAt: Date;
}

/** RFC 5321: longer addresses are nobody's. */
const MAX_ADDRESS_LENGTH = 320;

/**
 * The first half of a sign-in by password. Everybody costs the same work and gets the same answer: an address that nobody has, a wrong
 * password, a disabled user, one who must use the identity provider (security-checklist.md 32).
 */
@Injectable()
export class CheckPassword {
  private readonly strangers = new RefusalBudget();

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(SharedLimits) private readonly limits: SharedLimits,
    @Inject(PasswordHashes) private readonly hashes: PasswordHashes,
    @Inject(LoginOutcomes) private readonly outcomes: LoginOutcomes,
  ) {}

  /** @throws RecordedRefusal `sign_in_failed`; TooManyRequests; Problem `busy` */
  async check(attempt: PasswordAttempt): Promise<VerifiedPassword> {
    const { organization, password, visitor } = attempt;
    const addressKey = addressKeyOf(attempt.address.trim()).slice(0, MAX_ADDRESS_LENGTH);
    const { account, isKnownDevice } = await this.look(organization, addressKey, visitor);
    const letThrough = await this.limits.password({
      account: `${organization.id}/${addressKey}`,
      ip: visitor.ip,
      device: isKnownDevice ? visitor.device : undefined,
    });
    const isRight = await this.hashes.matches(account?.password?.hash, password);
    const startedAt = this.clock();
    if (!isRight || !account?.password) throw await this.refused(organization, visitor, whyWrong(account));
    const closed = closedDoor(organization, account, startedAt);
    if (closed !== undefined) throw await this.refused(organization, visitor, closed);
    await letThrough.good();
    const { changedAt } = account.password;
    return { organizationId: organization.id, userId: account.user.userId, changedAt, startedAt };
  }

  /** Both questions are asked of every address. */
  private look({ id }: Organization, addressKey: string, visitor: Visitor) {
    return this.database.inOrganization(id, async ({ accounts, devices }) => {
      const account = await accounts.byAddress(addressKey);
      const userId = account?.user.userId ?? uuidv7();
      return { account, isKnownDevice: await devices.isKnown(userId, deviceHash(userId, visitor)) };
    });
  }

  /** Records within a budget, since anybody can try passwords. */
  private async refused({ id }: Organization, { traceId }: Visitor, why: string): Promise<RecordedRefusal> {
    const now = this.clock();
    const refusal = signInFailed(why);
    if (this.strangers.take(id, now)) {
      const flow = localFlow(traceId, now);
      await this.database.inOrganization(id, (tx) => flow.refuse(tx, refusal, now));
    }
    this.outcomes.count('refused', refusal.code, traceId);
    return new RecordedRefusal(refusal, traceId);
  }
}

function whyWrong(account: LocalAccount | undefined): string {
  if (account === undefined) return 'nobody has this address, or several do and none has a password';
  return account.password ? 'another password' : 'the user has no password';
}

/** One code for everything that may be wrong. @param why for the flow record alone */
export function signInFailed(why: string): LoginRefused {
  const want = 'the password of a user who may sign in by one';
  return new LoginRefused('sign_in_failed', 'password_right', 'Look at the step of the flow record.', {
    want,
    got: why,
  });
}

/** The flow of a sign-in by password. */
export function localFlow(traceId: string, startedAt: Date): Flow {
  return new Flow({ protocol: 'local', traceId, mode: 'login', identityProvider: LOCAL_SIGN_IN, startedAt });
}
