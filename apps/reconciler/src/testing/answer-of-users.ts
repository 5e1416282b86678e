import type { User, UserDetail, UserSession } from '../server/users.ts';

/** A user that the server has on record, and what it says of it when asked for it alone. */
export interface RecordedUser extends User {
  readonly detail?: Partial<UserDetail>;
  readonly sessions?: readonly UserSession[];
  /** Codes with which changes are refused, by the end of the path. */
  readonly refusals?: Readonly<Record<string, string>>;
}

/** What the routes of users answer; `refuse` throws. A page has two at most, so that there are several. */
export function answerOfUsers(
  users: readonly RecordedUser[],
  { method, url, body }: { readonly method: string; readonly url: string; readonly body: unknown },
  refuse: (status: number, code: string, message: string, details?: readonly string[]) => never,
): unknown {
  const { pathname, searchParams } = new URL(url, 'http://server');
  if (pathname.startsWith('/v1/organizations/acme/receipts')) return receiptsOf(users, pathname, searchParams);
  const [, id, action = ''] = /^\/v1\/organizations\/acme\/users(?:\/([^/]+)(?:\/(.+))?)?$/.exec(pathname) ?? [];
  if (id === undefined && method === 'POST') return INVITED;
  if (id === 'import' && (body as { csv: string }).csv.includes('wrong'))
    return refuse(422, 'import_invalid', 'nothing was imported: 1 line is to be mended', [
      'line 2, email: is no plain e-mail address',
    ]);
  const takesLast = id === 'import' && (body as { csv: string }).csv.includes('last-admin');
  if (takesLast && !searchParams.has('lastSsoAdmin')) return refuse(409, 'no_sso_admin', 'nobody else holds sso_admin');
  if (id === 'import') return { applied: (body as { apply: boolean }).apply, created: 1, changed: 2, unchanged: 0 };
  if (id === undefined) return pageOf(users, searchParams);
  const user = users.find(({ userId }) => userId === id);
  if (user === undefined) return refuse(404, 'unknown_user', 'the organization has no user of this id');
  const wanted = action === '' && method === 'DELETE' ? 'delete' : action;
  if (wanted === 'invitation') return { ...INVITED, link: 'https://sso.example.com/link#TOKEN' };
  const code = searchParams.has('lastSsoAdmin') ? undefined : user.refusals?.[wanted];
  if (code !== undefined) return refuse(409, code, `refused for the reason ${code}`);
  if (wanted === 'access') return accessOf(user, searchParams.get('at'));
  return answerOf(user, method, wanted);
}

const INVITED = {
  userId: '019a3f00-0000-7000-8000-000000000004',
  expiresAt: '2026-11-08T12:00:00.000Z',
  link: null,
};

function receiptsOf(users: readonly RecordedUser[], pathname: string, query: URLSearchParams): unknown {
  const user = users.find(({ userId }) => userId === query.get('user'));
  if (query.has('user')) return { receipts: user ? [receiptOf(user, 'deactivated')] : [] };
  const [first] = users;
  return first && { receipt: { ...receiptOf(first, 'deleted'), id: pathname.split('/').at(-1) }, jws: 'eyJ….eyJ….sig' };
}

function accessOf(user: RecordedUser, at: string | null): unknown {
  const applied = { number: 3, appliedAt: '2026-10-12T08:00:00.000Z', appliedBy: 'ci', file: 'acme.yaml' };
  const revision = { ...applied, repository: 'https://git.example/config', commit: '0a1b2c3' };
  const place = 'https://git.example/config@0a1b2c3 acme.yaml:21';
  const grants = detailOf(user).grants.map(({ scope, role, sources, since }) => {
    const from = sources.map((source) => ({ ...source, place: source.kind === 'app' ? null : place }));
    return { scope, role, since, until: at === null ? null : '2026-10-30T08:00:00.000Z', sources: from, revision };
  });
  return { at: at ?? '2026-11-01T12:00:00.000Z', grants };
}

function answerOf(user: RecordedUser, method: string, action: string): unknown {
  const { sessions = [] } = user;
  if (action.startsWith('grants/')) return { outcome: method === 'PUT' ? 'granted' : 'revoked', user: detailOf(user) };
  if (action.startsWith('groups/')) {
    const isIn = user.groups.includes(decodeURIComponent(action.slice('groups/'.length)));
    if (isIn === (method === 'PUT')) return { outcome: 'unchanged', user: detailOf(user) };
    return { outcome: isIn ? 'left' : 'joined', user: detailOf(user) };
  }
  if (action === 'identities/google') return { outcome: 'unlinked', sessionsEnded: sessions.length };
  if (action.startsWith('identities/')) return { outcome: 'unchanged', sessionsEnded: 0 };
  if (action === 'sessions') return method === 'DELETE' ? { sessionsEnded: sessions.length } : { sessions };
  if (action === 'deactivate' && user.status === 'disabled') return { outcome: 'unchanged', receipt: null };
  if (action === 'deactivate') return { outcome: 'deactivated', receipt: receiptOf(user, 'deactivated') };
  if (action === 'delete') return { outcome: 'deleted', receipt: receiptOf(user, 'deleted') };
  if (action === 'reactivate' && user.status !== 'disabled') return { outcome: 'unchanged', user: detailOf(user) };
  if (action === 'reactivate') return { outcome: 'reactivated', user: { ...detailOf(user), status: 'active' } };
  return detailOf(user);
}

function pageOf(users: readonly RecordedUser[], query: URLSearchParams) {
  const [status, email, role] = ['status', 'email', 'role'].map((name) => query.get(name));
  const wanted = users
    .filter((user) => status === null || user.status === status)
    .filter((user) => email === null || user.email === email)
    .filter(({ grants }) => role === null || grants.some((grant) => grant.role === role));
  const after = query.get('cursor');
  const start = after === null ? 0 : wanted.findIndex(({ userId }) => userId === after) + 1;
  const page = wanted.slice(start, start + 2).map(listed);
  return { users: page, nextCursor: start + 2 < wanted.length ? page.at(-1)?.userId : null };
}

function listed(recorded: RecordedUser): User {
  const { detail: _, sessions: __, refusals: ___, ...user } = recorded;
  return user;
}

function detailOf(recorded: RecordedUser): UserDetail {
  const { detail, identityProviders, sessions = [], refusals: _, ...user } = recorded;
  const at = '2026-10-01T09:00:00.000Z';
  const why = { sources: [{ kind: 'rule', name: 'staff' }], revision: 1, since: at };
  return {
    ...user,
    createdAt: at,
    updatedAt: at,
    stoppedAt: null,
    sessions: sessions.length,
    identities: identityProviders.map((identityProvider) => ({ identityProvider, lastLoginAt: at })),
    grants: user.grants.map((grant) => ({ ...grant, ...why })),
    groups: user.groups.map((group) => ({ group, ...why })),
    ...detail,
  };
}

function receiptOf({ userId, sessions = [], grants, groups, identityProviders }: RecordedUser, cause: string) {
  return {
    id: '019a3f00-0000-7000-8000-0000000000f1',
    userId,
    at: '2026-11-01T12:00:00.000Z',
    by: 'token/0a1b2c',
    cause,
    sessionsEnded: sessions.length,
    applicationsEnded: 2,
    forwardAuthEnded: 1,
    signInsEnded: 0,
    linksEnded: 1,
    recoverySessionsEnded: 0,
    devicesForgotten: 0,
    identities: identityProviders.length,
    grants: grants.length,
    groups: groups.length,
    effectiveAt: '2026-11-01T12:00:00.004Z',
    milliseconds: 4,
  };
}
