import { Controller, Inject, Param } from '@nestjs/common';
import { effective } from '@rolecall/org-config';
import type { Database, OrganizationRecord } from '@rolecall/persistence';
import { CLOCK, DATABASE, Problem } from '@rolecall/platform';
import type { Clock } from '@rolecall/platform';
import type { Principal } from '../access/principal.ts';
import { Caller, Serves } from '../access/serves.decorator.ts';
import { OPERATIONS } from '../api/operations.ts';
import { latest } from './invite.ts';
import { unknownUser } from './known-user.ts';
import { organizationOfUser, requireSayOver } from './opening-roles.ts';

/** Accounts elsewhere that users linked by themselves: whoever lost such an account cannot come and unlink it. */
@Controller()
export class UserIdentitiesController {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  @Serves(OPERATIONS.unlinkIdentity)
  async unlink(
    @Param() { organization: name = '', user: userId = '', identityProvider = '' }: Readonly<Record<string, string>>,
    @Caller() caller: Principal,
  ): Promise<object> {
    const now = this.now();
    return latest(async () => {
      const organization = await organizationOfUser(this.database, name);
      const account = linkedByUsers(organization, identityProvider);
      return this.database.inOrganization(organization.organizationId, async (tx) => {
        await tx.users.hold(organization.revision);
        const user = await tx.users.lock(userId);
        if (user === undefined) throw unknownUser();
        requireSayOver(organization.opening, user.grants, caller);
        const { identities, sessions } = await tx.unlinkOwn(userId, identityProvider);
        if (identities === 0) return { outcome: 'unchanged', sessionsEnded: 0 };
        const data = { identityProvider, sessions };
        await tx.audit([{ type: 'identity.unlinked', at: now, actor: caller.actor, subject: userId, data }]);
        const told = { what: 'unlinked_by_administrator', account, at: now.toISOString() } as const;
        if (user.email !== null) await tx.mail({ kind: 'identity-changed', to: user.email, data: told }, now);
        return { outcome: 'unlinked', sessionsEnded: sessions };
      });
    });
  }
}

/**
 * What an identity provider is called whose accounts users link. What the company's own say of a user is changed there.
 * @param name UNTRUSTED
 * @throws Problem 404 `unknown_identity_provider`, 409 `managed_by_idp`
 */
function linkedByUsers({ document }: OrganizationRecord, name: string): string {
  const providers = new Map(Object.entries(effective(document).identityProviders));
  const provider = providers.get(name);
  if (provider === undefined)
    throw new Problem(404, 'unknown_identity_provider', 'the organization has no identity provider of this name');
  if (provider.type === 'oidc' && provider.linksOnly) return provider.displayName;
  const why = `the identity provider ${name} is the company's, and says by itself who its users are`;
  throw new Problem(409, 'managed_by_idp', `${why}; deactivate the user, or take the user away from it there`);
}
