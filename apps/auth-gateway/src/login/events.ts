import type { AuditEvent, AuditEventType } from '@rolecall/audit';
import type { GrantChanges, StoredUser, VerifiedLogin } from '@rolecall/persistence';
import { PROFILE_FIELDS } from '@rolecall/role-mapping';
import type { LoginContext, Person } from './login-context.ts';
import type { StoredLogin } from './store-login.ts';

/** The audit events of a login that succeeded, in the order in which things happened. */
export function signedInEvents(
  context: LoginContext,
  person: Person,
  { user, created, changes }: StoredLogin,
): readonly AuditEvent[] {
  const { identityProvider, organization, decision } = context;
  const event = eventsOf(context, user);
  const by = { identityProvider: identityProvider.name };
  if (person.is === 'managed') {
    const linked = person.links ? [event('identity.linked', { ...by, how: 'directory' })] : [];
    return [...linked, ...unchangedEvents(context, user)];
  }
  const fields = PROFILE_FIELDS.filter((field) => decision.profile[field] !== user.profile[field]);
  return [
    ...(created ? [event('user.created', by)] : []),
    ...(person.is === 'linked' ? [event('identity.linked', { ...by, how: person.how })] : []),
    ...(created || fields.length === 0 ? [] : [event('user.updated', { ...by, fields })]),
    ...changeEvents(context, user, changes),
    event('login.succeeded', { ...by, revision: organization.snapshot.revision }),
    event('session.opened', by),
  ];
}

/** The audit events of a login that changed nothing of its user. */
export function unchangedEvents(
  of: Pick<LoginContext, 'organization' | 'now'> & { readonly login: NamedLogin },
  user: StoredUser,
): readonly AuditEvent[] {
  const event = eventsOf(of, user);
  const by = { identityProvider: of.login.identityProvider };
  return [
    event('login.succeeded', { ...by, revision: of.organization.snapshot.revision }),
    event('session.opened', by),
  ];
}

/** A user linked an account of their own. */
export function identityLinked(of: Pick<LoginContext, 'login' | 'now'>, userId: string): AuditEvent {
  return eventsOf(of, { userId })('identity.linked', { identityProvider: of.login.identityProvider, how: 'user' });
}

/** A user signs in by an identity provider now, and by the former password no longer. */
export function passwordRemoved(of: {
  readonly userId: string;
  readonly identityProvider: string;
  readonly traceId: string;
  readonly now: Date;
}): AuditEvent {
  const { userId, identityProvider, now } = of;
  return eventsOf({ login: of, now }, { userId })('password.removed', { identityProvider });
}

/** What a login changed of a user's grants and groups; no event for what stayed as it was. */
export function changeEvents(context: LoginContext, user: StoredUser, changes: GrantChanges): readonly AuditEvent[] {
  const event = eventsOf(context, user);
  const { granted, revoked, joined, left } = changes;
  const { revision } = context.organization.snapshot;
  return [
    ...(granted.length + revoked.length > 0 ? [event('grants.changed', { granted, revoked, revision })] : []),
    ...(joined.length + left.length > 0 ? [event('groups.changed', { joined, left, revision })] : []),
  ];
}

/** `/sso/test` succeeded: nothing was changed, but somebody looked. */
export function testedEvent({ identityProvider, traceId }: VerifiedLogin, now: Date): AuditEvent {
  return {
    type: 'sso.tested',
    at: now,
    actor: { kind: 'system', id: 'auth-gateway' },
    subject: identityProvider,
    data: { identityProvider, outcome: 'succeeded' },
    traceId,
  };
}

/** What names a login in its events. */
type NamedLogin = Pick<LoginContext['login'], 'identityProvider' | 'traceId'>;

function eventsOf(
  { login, now }: Pick<LoginContext, 'now'> & { readonly login: NamedLogin },
  { userId }: Pick<StoredUser, 'userId'>,
) {
  return (type: AuditEventType, data: AuditEvent['data']): AuditEvent => ({
    type,
    at: now,
    actor: { kind: 'user', id: userId },
    subject: userId,
    data,
    traceId: login.traceId,
  });
}
