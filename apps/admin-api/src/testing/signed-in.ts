import { randomUUID } from 'node:crypto';
import { newOrganizationToken } from '@rolecall/persistence';
import type { TestApi } from './test-api.ts';
import { asOwner } from './rows.ts';

/** Somebody with a session of the gateway. */
export interface SignedIn {
  readonly organizationId: string;
  readonly userId: string;
  /** The value of the session cookie. */
  readonly cookie: string;
}

/** Signs a new user of an organization in, with these roles on one scope. The organization needs no identity provider of that name. */
export async function signedIn(api: TestApi, organization: string, roles: readonly string[]): Promise<SignedIn> {
  const { database, ownerUrl } = api.database;
  const record = await database.registry.record(organization);
  if (record === undefined) throw new Error(`there is no organization ${organization}`);
  const { organizationId, revision } = record;
  await withIdentityProvider(ownerUrl, organizationId);
  const nameId = { value: randomUUID(), format: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent' };
  const subject = { identityProvider: 'okta', nameId };
  const now = new Date();
  const { value: cookie, hash: tokenHash } = newOrganizationToken(organizationId);
  const userId = await database.inOrganization(organizationId, async (tx) => {
    const { user } = await tx.createUser(subject, { email: `${nameId.value}@${organization}.example` }, {}, now);
    const sources = [{ kind: 'rule' as const, name: 'test' }];
    const grants = roles.map((role) => ({ scope: 'account/main', role, sources }));
    await tx.replaceGrants(user.userId, revision, grants, [], now);
    const expiresAt = new Date(now.getTime() + 3_600_000);
    const end = { openedAt: now, expiresAt, idleSeconds: 600, sessionIndex: undefined, announcement: undefined };
    await tx.openSession({ tokenHash, userId: user.userId, subject, ...end });
    return user.userId;
  });
  return { organizationId, userId, cookie };
}

/** A session counts while the identity provider that opened it is enabled. */
function withIdentityProvider(ownerUrl: string, organizationId: string): Promise<unknown> {
  return asOwner(ownerUrl, async (owner) => {
    await owner.query(`select set_config('rolecall.organization_id', $1, false)`, [organizationId]);
    await owner.query(
      `insert into identity_provider_metadata (org_id, identity_provider, enabled) values ($1, 'okta', true)
       on conflict do nothing`,
      [organizationId],
    );
  });
}
