import { effective, localSignIn } from '@rolecall/org-config';
import { PersistenceError } from '@rolecall/persistence';
import type { Database, OrganizationRecord, OrganizationTransaction, Role } from '@rolecall/persistence';
import { Problem } from '@rolecall/platform';
import type { Principal } from '../access/principal.ts';
import { knownOrganization } from '../organizations/known-organization.ts';
import { editRulesOf, requireEditable, requireEditableGroup, requireGivable } from './editable-role.ts';
import type { EditRules } from './editable-role.ts';
import { sourceOf, unknownUser } from './known-user.ts';
import { openingRoles, requireLinkToPrint, requireSayOver } from './opening-roles.ts';

/** Of the body of an invitation, checked for its form. */
export interface Invitation {
  readonly email: string;
  readonly displayName?: string;
  readonly grants?: readonly Role[];
  readonly groups?: readonly string[];
  /** The link is answered, for whoever hands it over otherwise, and no mail is sent. */
  readonly printLink?: true;
}

export interface Invited {
  readonly userId: string;
  readonly expiresAt: Date;
  /** SECRET: lets in as this user. undefined = it went by mail. */
  readonly link: string | undefined;
}

type Stores = Pick<Database, 'registry' | 'inOrganization' | 'platform' | 'reconcileState'>;

/** Invites people: creates users who are let in by a link, once. */
export class Invitations {
  constructor(
    private readonly database: Stores,
    private readonly gatewayUrl: string,
    /** Whether mail goes out. */
    private readonly mails: boolean,
  ) {}

  /** @param name UNTRUSTED @throws Problem */
  async invite(name: string, wanted: Invitation, caller: Principal, now: Date): Promise<Invited> {
    this.requireMail(wanted.printLink);
    return latest(async () => {
      const organization = await knownOrganization(this.database, name);
      const scopes = (wanted.grants ?? []).map(({ scope }) => scope);
      const rules = await editRulesOf(this.database, organization, scopes);
      if (wanted.printLink) requireLinkToPrint(rules.opening, caller);
      requireInvitable(rules, wanted, caller);
      return this.database.inOrganization(organization.organizationId, async (tx) => {
        const { email, displayName, grants = [], groups = [] } = wanted;
        await tx.users.hold(organization.revision);
        requireFreeDomain(await tx.users.domainsOfOthers([domainOf(wanted.email)]), organization, wanted);
        const edit = { source: sourceOf(caller, now), revision: organization.revision, now };
        const [userId] = await tx.users.invite([{ email, displayName, grants, groups }], edit);
        if (userId === undefined)
          throw new Problem(409, 'address_taken', 'the organization has a user with this address already');
        const data = { revision: organization.revision, granted: grants, joined: groups };
        await tx.audit([{ type: 'user.invited', at: now, actor: caller.actor, subject: userId, data }]);
        return this.link(tx, organization, { userId, email, printLink: wanted.printLink }, caller, now);
      });
    });
  }

  /** Ends the link before, and makes another. @param userId UNTRUSTED @throws Problem */
  async again(
    name: string,
    userId: string,
    printLink: true | undefined,
    caller: Principal,
    now: Date,
  ): Promise<Invited> {
    this.requireMail(printLink);
    return latest(() => this.renew(name, { userId, printLink }, caller, now));
  }

  private async renew(
    name: string,
    { userId, printLink }: { readonly userId: string; readonly printLink: true | undefined },
    caller: Principal,
    now: Date,
  ): Promise<Invited> {
    const organization = await knownOrganization(this.database, name);
    const opening = await openingRoles(this.database, organization);
    if (printLink) requireLinkToPrint(opening, caller);
    return this.database.inOrganization(organization.organizationId, async (tx) => {
      await tx.users.hold(organization.revision);
      const user = await tx.users.lock(userId);
      if (user === undefined) throw unknownUser();
      if (user.status !== 'invited' || user.email === null)
        throw new Problem(409, 'not_invited', 'the user has signed in before, is deactivated, or has no address');
      requireSayOver(opening, user.grants, caller);
      // who may only edit users gets into nobody's account to whom an identity provider gives roles
      if (printLink && user.managed && organization.document.spec.scim !== undefined)
        throw new Problem(
          409,
          'managed_by_scim',
          'the directory (SCIM) manages this user: the link goes by mail alone',
        );
      if (printLink) {
        const taken = await tx.users.domainsOfOthers([domainOf(user.email)]);
        requireFreeDomain(taken, organization, { email: user.email, printLink });
      }
      await tx.audit([{ type: 'user.invited', at: now, actor: caller.actor, subject: userId, data: { again: true } }]);
      return this.link(tx, organization, { userId, email: user.email, printLink }, caller, now);
    });
  }

  private requireMail(printLink: true | undefined): void {
    if (this.mails || printLink === true) return;
    const message =
      'no mail server is configured (ROLECALL_SMTP_URL, ROLECALL_MAIL_FROM); ask for the link with printLink';
    throw new Problem(409, 'mail_not_configured', message);
  }

  private async link(
    tx: OrganizationTransaction,
    { document }: OrganizationRecord,
    to: { readonly userId: string; readonly email: string; readonly printLink: true | undefined },
    caller: Principal,
    now: Date,
  ): Promise<Invited> {
    const addressKey = to.email.toLowerCase();
    const createdBy = `${caller.actor.kind}:${caller.actor.id}`;
    const printed = to.printLink === true;
    const wanted = { purpose: 'invitation', userId: to.userId, addressKey, printed, createdBy, now } as const;
    const { token, expiresAt } = await tx.links.create(wanted);
    const link = `${this.gatewayUrl}/link#${token}`;
    if (to.printLink) return { userId: to.userId, expiresAt, link };
    const enforced = !localSignIn(effective(document), to.email, now).allowed;
    await tx.mail({ kind: 'invitation', to: to.email, data: { link, enforced } }, now);
    return { userId: to.userId, expiresAt, link: undefined };
  }
}

/** An apply that comes in between decides first: then once more. */
export async function latest<T>(attempt: () => Promise<T>): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    if (!(error instanceof PersistenceError && error.code === 'stale_revision')) throw error;
    return attempt();
  }
}

/**
 * What an invitation gives must be edited, and its address one that the document lets in.
 * @throws Problem 422 `email_domain_refused`, 404 `unknown_scope`, `unknown_role`, `unknown_group`, 409 `managed_by_idp`
 */
export function requireInvitable(
  rules: EditRules,
  { email, grants = [], groups = [] }: Pick<Invitation, 'email' | 'grants' | 'groups'>,
  caller: Principal,
): void {
  const { document } = rules.organization;
  const { emailDomains, guestDomains } = effective(document);
  const domains = [...emailDomains, ...guestDomains];
  if (domains.length > 0 && !domains.includes(domainOf(email))) {
    const message = `the organization lets in addresses of ${domains.join(', ')}; add the domain to guestDomains`;
    throw new Problem(422, 'email_domain_refused', message);
  }
  for (const role of grants) {
    requireGivable(rules, role, caller);
    requireEditable(rules, role, { managed: false, held: [] });
  }
  for (const group of groups) requireEditableGroup(document, group);
}

/**
 * Somebody else's people are no guests unless the document says so; and since nobody asks that organization, only who reads their mail is
 * such a guest.
 * @param taken domains of others, of those of the address at least
 * @throws Problem 422 `email_domain_refused`
 */
export function requireFreeDomain(
  taken: ReadonlySet<string>,
  { document }: OrganizationRecord,
  { email, printLink }: Pick<Invitation, 'email' | 'printLink'>,
): void {
  const domain = domainOf(email);
  if (!taken.has(domain)) return;
  const isGuest = effective(document).guestDomains.includes(domain);
  if (isGuest && printLink !== true) return;
  const todo = isGuest ? 'its link goes by mail alone' : 'name its domain in guestDomains';
  throw new Problem(422, 'email_domain_refused', `the address is of another organization; ${todo}`);
}

/** Of an address, in lower case. */
export const domainOf = (email: string): string => email.slice(email.lastIndexOf('@') + 1).toLowerCase();
