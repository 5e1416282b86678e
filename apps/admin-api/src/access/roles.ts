import type { PlatformAdministration } from '@rolecall/org-config';
import { API_RIGHTS } from '@rolecall/persistence';
import type { ApiRight, SessionView } from '@rolecall/persistence';
import type { Principal } from './principal.ts';

const READING = API_RIGHTS.filter((right) => right.endsWith('.read'));

/**
 * What a role of administration opens to whoever holds it, on any scope. An SSO admin changes what git does not declare, and neither
 * overrides nor applies: those are for the platform team, and for pipelines.
 */
const ROLE_RIGHTS = {
  platformAdmin: API_RIGHTS,
  platformAuditor: READING,
  ssoAdmin: [
    'organizations.read',
    'organizations.write',
    'users.read',
    'users.write',
    'flows.read',
    'directory.read',
    'directory.tokens',
    'directory.release',
    'audit.read',
  ],
  auditor: READING,
} as const satisfies Readonly<Record<string, readonly ApiRight[]>>;

/**
 * What a signed-in user may be here, the widest first; nobody who holds no role of administration. An SSO admin of the platform's own
 * organization only reads it here: whoever may change it could give out the roles that open everything.
 * @param administration of the document of the deployment: whose roles open the whole of it. Only those of that organization, by its
 *   present name, so no customer can declare a role that does
 */
export function principalsOf(
  { organization, user, grants }: SessionView,
  administration: PlatformAdministration | undefined,
): readonly Principal[] {
  const held = new Set(Object.values(grants).flat());
  const platform = administration?.organization === organization ? administration : undefined;
  const holds = (role: string | undefined) => role !== undefined && held.has(role);
  const as = (name: string, rights: readonly ApiRight[], organizations: Principal['organizations']): Principal => ({
    kind: 'user',
    id: user.id,
    name: `${name} ${user.id}`,
    actor: { kind: 'user', id: user.id },
    rights,
    organizations,
  });
  const auditing = (principal: Principal): Principal => ({ ...principal, readsOnly: true });
  const own = [organization];
  return [
    ...(holds(platform?.adminRole) ? [as('platform admin', ROLE_RIGHTS.platformAdmin, undefined)] : []),
    ...(holds(platform?.auditorRole) ? [auditing(as('platform auditor', ROLE_RIGHTS.platformAuditor, undefined))] : []),
    ...(held.has('sso_admin')
      ? [platform ? auditing(as('SSO admin', READING, own)) : as('SSO admin', ROLE_RIGHTS.ssoAdmin, own)]
      : []),
    ...(held.has('auditor') ? [auditing(as('auditor', ROLE_RIGHTS.auditor, own))] : []),
  ];
}
