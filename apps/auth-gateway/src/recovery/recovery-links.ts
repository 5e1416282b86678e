import { Inject, Injectable } from '@nestjs/common';
import {
  addressKeyOf,
  type CreatedLink,
  type Database,
  type NewLink,
  type OneTimeLink,
  type OrganizationTransaction,
  readOrganizationToken,
  recoveryAdminId,
} from '@rolecall/persistence';
import { CLOCK, type Clock, DATABASE } from '@rolecall/platform';
import { CONFIG, type Config } from '../config.ts';
import { LoginRefused } from '../errors/login-refused.ts';
import { linkUrl } from '../links/link-url.ts';
import type { Organization } from '../organizations/organization.ts';
import { Organizations } from '../organizations/organizations.ts';

/** Somebody asks for a way to repair a sign-in. All of it is UNVERIFIED. */
export interface RecoveryWish {
  /** As `readIdentifier` gives it, or as it was typed. */
  readonly address: string;
  /** For people: browser and network. */
  readonly requestedFrom: string;
}

/** A recovery session was opened. */
export interface OpenedRecovery {
  /** For the cookie. */
  readonly token: string;
  readonly expiresAt: Date;
}

/** A link that was consumed, in the transaction that did. */
interface TakenLink {
  readonly tx: OrganizationTransaction;
  readonly link: OneTimeLink;
  readonly admins: readonly string[];
  readonly idOf: (addressKey: string) => string;
}

/**
 * From a recovery admin's wish to a recovery session (security-checklist.md 35, 37): a one-time link by mail, of which all other recovery
 * admins are told; with the two-person rule one of these confirms first. Whether an address is a recovery admin shows nowhere but in
 * its mailbox.
 */
@Injectable()
export class RecoveryLinks {
  constructor(
    @Inject(CONFIG) private readonly config: Pick<Config, 'url'>,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(DATABASE) private readonly database: Database,
    @Inject(Organizations) private readonly organizations: Organizations,
  ) {}

  /** Does nothing for anybody else. */
  async request(organization: Organization, { address, requestedFrom }: RecoveryWish): Promise<void> {
    const addressKey = addressKeyOf(address);
    const { recoveryAdmins, recovery } = organization.settings.login;
    if (!recoveryAdmins.includes(addressKey)) return;
    await this.database.inOrganization(organization.id, async (tx) => {
      const admins = await tx.recovery.notOffBoarded(recoveryAdmins);
      if (!admins.includes(addressKey)) return;
      const others = admins.filter((other) => other !== addressKey);
      const id = adminIdOf(organization, addressKey);
      await this.record(tx, 'recovery.requested', id, id, { twoPerson: recovery.twoPerson });
      if (!recovery.twoPerson) {
        const link = await tx.links.create(this.wanted('recovery', addressKey, id));
        return this.mailLink(tx, addressKey, others, link, requestedFrom);
      }
      for (const other of others) await this.askToConfirm(tx, other, addressKey, id);
    });
  }

  /**
   * Another recovery admin says yes: now the one who asked gets the link. One that was sent upon the yes of a third stays the one that
   * is good: who holds it must not find it dead.
   * @returns whether a link was sent; false = there is one
   * @throws LoginRefused `link_unknown`
   */
  confirm(unverified: unknown): Promise<boolean> {
    return this.taking(
      unverified,
      'recovery-confirm',
      async ({ tx, link: { addressKey: by, about: asker }, admins, idOf }) => {
        if (asker === undefined || asker === by || !admins.includes(asker)) throw linkUnknown();
        await this.record(tx, 'recovery.confirmed', idOf(by), idOf(asker));
        const others = admins.filter((other) => other !== asker);
        const link = await tx.links.createFirst(this.wanted('recovery', asker, idOf(asker)));
        if (link) await this.mailLink(tx, asker, others, link, 'confirmed by another recovery admin');
        return link !== undefined;
      },
    );
  }

  /** @throws LoginRefused `link_unknown` */
  open(unverified: unknown): Promise<OpenedRecovery> {
    return this.taking(unverified, 'recovery', async ({ tx, link: { addressKey }, idOf }) => {
      const adminId = idOf(addressKey);
      await this.record(tx, 'recovery.opened', adminId, adminId);
      return tx.recovery.open({ addressKey, adminId }, this.clock());
    });
  }

  /** @param presented the cookie's value, unverified */
  async end(presented: string): Promise<void> {
    const session = await this.database.recoverySessions.check(presented, this.clock());
    const token = readOrganizationToken(presented);
    if (!session || !token) return;
    await this.database.inOrganization(session.organizationId, async (tx) => {
      const ended = await tx.recovery.end(token.hash);
      if (ended) await this.record(tx, 'recovery.ended', session.adminId, session.adminId);
    });
  }

  /** Consumes a link; whoever is no recovery admin by now, or off-boarded, has used it for nothing. */
  private async taking<T>(
    unverified: unknown,
    purpose: 'recovery' | 'recovery-confirm',
    work: (taken: TakenLink) => Promise<T>,
  ): Promise<T> {
    const token = readOrganizationToken(unverified);
    const organization = token && (await this.organizations.byId(token.organizationId));
    if (!token || !organization) throw linkUnknown();
    const { recoveryAdmins } = organization.settings.login;
    return this.database.inOrganization(organization.id, async (tx) => {
      const link = await tx.links.take(token.hash, purpose, this.clock());
      const admins = await tx.recovery.notOffBoarded(recoveryAdmins);
      if (!link || !admins.includes(link.addressKey)) throw linkUnknown();
      return work({ tx, link, admins, idOf: (address) => adminIdOf(organization, address) });
    });
  }

  private async mailLink(
    tx: OrganizationTransaction,
    to: string,
    others: readonly string[],
    { token }: CreatedLink,
    requestedFrom: string,
  ): Promise<void> {
    const now = this.clock();
    const link = linkUrl(this.config.url, token);
    await tx.mail({ kind: 'recovery-link', to, data: { link, requestedFrom } }, now);
    const data = { address: masked(to), at: now.toISOString() };
    for (const other of others) await tx.mail({ kind: 'recovery-announced', to: other, data }, now);
  }

  private async askToConfirm(tx: OrganizationTransaction, to: string, asker: string, by: string): Promise<void> {
    const { token } = await tx.links.create({ ...this.wanted('recovery-confirm', to, by), about: asker });
    const data = { link: linkUrl(this.config.url, token), address: masked(asker) };
    await tx.mail({ kind: 'recovery-confirm', to, data }, this.clock());
  }

  private wanted(purpose: 'recovery' | 'recovery-confirm', addressKey: string, by: string): NewLink {
    const createdBy = `recovery:${by}`;
    return { purpose, userId: undefined, addressKey, createdBy, now: this.clock() };
  }

  private record(
    tx: OrganizationTransaction,
    type: 'recovery.requested' | 'recovery.confirmed' | 'recovery.opened' | 'recovery.ended',
    by: string,
    about: string,
    data = {},
  ): Promise<void> {
    const actor = { kind: 'recovery', id: by } as const;
    return tx.audit([{ type, at: this.clock(), actor, subject: about, data }]);
  }
}

function adminIdOf({ snapshot: { revision, document } }: Organization, addressKey: string): string {
  return recoveryAdminId(revision, (document.spec.login?.recoveryAdmins ?? []).indexOf(addressKey) + 1);
}

/** `i•••@acme.com`: enough for colleagues. */
function masked(address: string): string {
  return address.replace(/^(.)[^@]*(?=@)/u, '$1•••');
}

function linkUnknown(): LoginRefused {
  return new LoginRefused('link_unknown', 'link_open', 'The link was used, replaced by a newer one, or is too old.');
}
