import { Inject, Injectable } from '@nestjs/common';
import type { AuditEvent } from '@rolecall/audit';
import { DEFAULT_PASSWORD_LENGTH } from '@rolecall/org-config';
import type { Database, LocalAccount, OneTimeLink, OrganizationTransaction } from '@rolecall/persistence';
import { CLOCK, type Clock, DATABASE } from '@rolecall/platform';
import { identityUnlinked } from '../account/events.ts';
import { CONFIG, type Config } from '../config.ts';
import { SharedLimits } from '../limits/shared-limits.ts';
import { closedDoor } from '../local/local-door.ts';
import { deviceHash, type Visitor } from '../local/visitor.ts';
import { DecideAnew } from '../login/decide-anew.ts';
import type { Organization } from '../organizations/organization.ts';
import { ownWords } from './guessable.ts';
import { PasswordHashes } from './password-hashes.ts';
import { PasswordRange } from './password-range.ts';
import { type PasswordProblem, passwordProblem } from './password-rules.ts';

/** A signed-in user who wants another password. What was typed is UNVERIFIED. */
export interface PasswordChange {
  readonly organization: Organization;
  readonly userId: string;
  readonly current: string;
  readonly wanted: string;
  /** SHA-256 of the session that asks: the one that stays. */
  readonly session: Buffer;
  readonly ip: string | undefined;
  readonly traceId: string;
}

/** Somebody who came by a link; the link is used up when the password is set. */
export interface PasswordByLink {
  readonly organization: Organization;
  readonly tokenHash: Buffer;
  readonly wanted: string;
  /** Whose browser is a known one of the user from then on. */
  readonly visitor: Visitor;
}

/** Setting passwords: what they must be, what ends with the former one, and who is told. */
@Injectable()
export class Passwords {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(SharedLimits) private readonly limits: SharedLimits,
    @Inject(PasswordHashes) private readonly hashes: PasswordHashes,
    @Inject(PasswordRange) private readonly range: PasswordRange,
    @Inject(DecideAnew) private readonly anew: DecideAnew,
  ) {}

  /** How short a password may be in this deployment, in characters. */
  async minimumLength(): Promise<number> {
    const live = await this.database.platform.live();
    return live?.document.spec.passwords?.minimumLength ?? DEFAULT_PASSWORD_LENGTH;
  }

  /**
   * For a user who knows the present password; other sessions end, and the user is told by mail. Who has none yet, sets one by a link.
   * @throws TooManyRequests; Problem `busy`
   */
  async change(wish: PasswordChange): Promise<'changed' | PasswordProblem | 'sign_in_failed'> {
    const { organization, userId, current, wanted, session, ip, traceId } = wish;
    const account = await this.database.inOrganization(organization.id, (tx) => tx.accounts.byUser(userId));
    const letThrough = await this.limits.password({ account: `${organization.id}/${userId}`, ip, device: undefined });
    const isRight = await this.hashes.matches(account?.password?.hash, current);
    if (!account || !isRight || closedDoor(organization, account, this.clock())) return 'sign_in_failed';
    await letThrough.good();
    const problem = await this.problem(organization, account, wanted);
    if (problem) return problem;
    const hash = await this.hashes.hash(wanted);
    const set = await this.database.inOrganization(organization.id, async (tx) => {
      const now = this.clock();
      const at = { account, hash, how: 'change', mailbox: 'as-before', keptSession: session, traceId, now } as const;
      return setPassword(tx, at);
    });
    return set ? 'changed' : 'sign_in_failed';
  }

  /**
   * Takes the link and sets the password. A password that will not do leaves the link as it is.
   * @returns `link_unknown` also when the user may not have a password (any more)
   * @throws Problem `busy`
   */
  async setByLink(wish: PasswordByLink): Promise<'set' | PasswordProblem | 'link_unknown'> {
    const { organization, tokenHash, wanted, visitor } = wish;
    const { traceId } = visitor;
    const found = await this.database.inOrganization(organization.id, (tx) =>
      this.accountOf(tx, organization, tokenHash),
    );
    if (!found) return 'link_unknown';
    const problem = await this.problem(organization, found.account, wanted);
    if (problem) return problem;
    const hash = await this.hashes.hash(wanted);
    const { result } = await this.anew.decide(organization.id, async (tx, current) => {
      // before the link: an apply that closes this door takes them in this order
      await tx.accounts.holdRevision(current.snapshot.revision);
      const now = this.clock();
      const link = await tx.links.take(tokenHash, found.link.purpose, now);
      const account = link?.userId === undefined ? undefined : await tx.accounts.byUser(link.userId);
      if (!link || !account || closedDoor(current, account, now)) return 'link_unknown';
      const how = link.purpose === 'invitation' ? 'invitation' : 'reset';
      const mailbox = link.printed ? 'unproved' : 'proved';
      if (!(await setPassword(tx, { account, hash, how, mailbox, traceId, now }))) return 'link_unknown';
      // whoever reads the mailbox may go on here, also while others try passwords (security-checklist.md 31)
      const { userId } = account.user;
      await tx.devices.note(userId, deviceHash(userId, visitor), now);
      return 'set';
    });
    return result;
  }

  /** A link by which a password may be set, with its account; consumes nothing. */
  async accountOf(
    { links, accounts }: OrganizationTransaction,
    organization: Organization,
    tokenHash: Buffer,
  ): Promise<{ readonly link: OneTimeLink; readonly account: LocalAccount } | undefined> {
    const now = this.clock();
    const link = await links.peek(tokenHash, now);
    const isOne = link?.purpose === 'invitation' || link?.purpose === 'password-reset';
    const account = isOne && link.userId !== undefined ? await accounts.byUser(link.userId) : undefined;
    return link && account && !closedDoor(organization, account, now) ? { link, account } : undefined;
  }

  private async problem(
    { settings }: Organization,
    { addressKey, user: { profile } }: LocalAccount,
    password: string,
  ): Promise<PasswordProblem | undefined> {
    const { givenName, familyName, displayName } = profile;
    const person = [addressKey, givenName, familyName, displayName];
    const own = ownWords([
      ...person,
      settings.name,
      settings.displayName,
      new URL(this.config.url).hostname,
      'Rolecall',
    ]);
    const problem = passwordProblem(password, { minimumLength: await this.minimumLength(), own });
    return problem ?? ((await this.range.isBreached(password)) ? 'password_known' : undefined);
  }
}

interface NewPassword {
  readonly account: LocalAccount;
  readonly hash: string;
  readonly how: 'invitation' | 'reset' | 'change';
  readonly mailbox: 'proved' | 'unproved' | 'as-before';
  readonly keptSession?: Buffer;
  readonly traceId: string;
  readonly now: Date;
}

/** False when user or address changed meanwhile. */
async function setPassword(tx: OrganizationTransaction, wanted: NewPassword): Promise<boolean> {
  const { account, hash, how, mailbox, keptSession, traceId, now } = wanted;
  const { userId, profile } = account.user;
  const { addressKey } = account;
  const set = await tx.accounts.setPassword({ userId, addressKey, hash, mailbox, keptSession, now });
  if (set.outcome !== 'set') return false;
  const by = { at: now, actor: { kind: 'user', id: userId }, subject: userId, traceId } as const;
  const accepted: AuditEvent[] = how === 'invitation' ? [{ ...by, type: 'user.invitation_accepted', data: {} }] : [];
  const removed: AuditEvent[] = set.secondFactor
    ? [{ ...by, type: 'second_factor.removed', data: { factor: 'totp' } }]
    : [];
  const unlinked = set.unlinked.map((identityProvider) =>
    identityUnlinked({ userId, identityProvider, sessions: 0, now, traceId }),
  );
  const { sessions } = set;
  await tx.audit([...accepted, { ...by, type: 'password.set', data: { how, sessions } }, ...removed, ...unlinked]);
  const [to, at] = [profile.email ?? '', now.toISOString()];
  if (how !== 'invitation') await tx.mail({ kind: 'password-changed', to, data: { at } }, now);
  if (set.secondFactor) await tx.mail({ kind: 'second-factor-changed', to, data: { what: 'ended_unproved', at } }, now);
  return true;
}
