import { hash } from '@node-rs/argon2';
import type { OrganizationSpec } from '@rolecall/org-config';
import type { MailKind, OrganizationTransaction, OutgoingMail } from '@rolecall/persistence';
import { Secret, TOTP } from 'otpauth';
import { newTotpSeed } from '../second-factors/codes.ts';
import type { TestBrowser } from './test-browser.ts';
import { TestWorld } from './test-world.ts';

/** TEST ONLY. Not in any list of breached passwords. */
export const PASSWORD = 'mauve otter paddles uphill';

/** TEST ONLY. An organization whose people sign in by password; the organization `beta` of the world too, to tell them apart. */
export const LOCAL: OrganizationSpec = {
  displayName: 'Acme Corp',
  scopes: { 'account/main': {} },
  emailDomains: { 'acme.com': { verification: 'asserted' } },
  authorization: { managedBy: 'app' },
};

/** TEST ONLY. Users with passwords, second factors, and the mails that they got. */
export class LocalWorld {
  private made = 0;
  private readonly phc = new Map<string, string>();

  private constructor(readonly world: TestWorld) {}

  static async open(specs: Readonly<Record<string, OrganizationSpec>>): Promise<LocalWorld> {
    return new LocalWorld(await TestWorld.open(specs));
  }

  /** Somebody without a password yet. */
  async user(organization = 'acme', email = `user${++this.made}@acme.com`): Promise<{ userId: string; email: string }> {
    const nameId = { value: `s${++this.made}`, format: 'persistent' };
    const { user } = await this.tx(organization, (tx) =>
      tx.createUser({ identityProvider: 'gone', nameId }, { email }, {}, this.world.now),
    );
    return { userId: user.userId, email };
  }

  /** Somebody with `PASSWORD`. */
  async person(organization = 'acme', email?: string): Promise<{ userId: string; email: string }> {
    const user = await this.user(organization, email);
    await this.setPassword(user, organization);
    return user;
  }

  async setPassword({ userId, email }: { userId: string; email: string }, organization = 'acme', password = PASSWORD) {
    const phc = this.phc.get(password) ?? (await hash(password, { memoryCost: 19_456, timeCost: 2, parallelism: 1 }));
    this.phc.set(password, phc);
    const wanted = {
      userId,
      addressKey: email.toLowerCase(),
      hash: phc,
      mailbox: 'proved',
      now: this.world.now,
    } as const;
    return this.tx(organization, (tx) => tx.accounts.setPassword(wanted));
  }

  /** An authenticator app that is enrolled; the codes of its steps. */
  async enrol(userId: string, organization = 'acme'): Promise<(offset?: number) => string> {
    const seed = newTotpSeed();
    await this.tx(organization, async (tx) => {
      await tx.accounts.proposeTotp(userId, seed);
      await tx.accounts.confirmTotp(userId, 0, this.world.now);
    });
    const totp = new TOTP({ secret: new Secret({ buffer: new Uint8Array(seed).buffer }) });
    return (offset = 0) => totp.generate({ timestamp: this.world.now.getTime() + offset * 30_000 });
  }

  /** Sends the form of an organization's page. */
  signIn(browser: TestBrowser, address: string, password = PASSWORD, organization = 'acme', more: object = {}) {
    return browser.submit(`/login/${organization}/password`, { address, password, ...more });
  }

  /** The mails that wait, of one kind, oldest first; they are taken. */
  async mails<K extends MailKind>(kind: K): Promise<Extract<OutgoingMail, { kind: K }>[]> {
    const { mails } = this.world.db.database;
    const found: OutgoingMail[] = [];
    for (const claimed of await mails.claim(this.world.now, 100)) {
      const mail = await mails.read(claimed);
      if (mail) found.push(mail);
      await mails.forget(claimed);
    }
    return found.filter((mail): mail is Extract<OutgoingMail, { kind: K }> => mail.kind === kind);
  }

  tx<T>(organization: string, work: (tx: OrganizationTransaction) => Promise<T>): Promise<T> {
    return this.world.db.database.inOrganization(this.world.idOf(organization), work);
  }

  close(): Promise<void> {
    return this.world.close();
  }
}
