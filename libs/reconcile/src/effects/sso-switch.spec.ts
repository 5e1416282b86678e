import { API_VERSION, documentDigest, normalize } from '@rolecall/org-config';
import type { LoginEntry, OrganizationDocument, OrganizationSpec } from '@rolecall/org-config';
import { reconcile } from '../index.ts';
import type { Impact, Plan, ReconcileRequest } from '../index.ts';
import { impactLines } from '../plan/render-impact.ts';
import { MemoryStateStore } from '../testing/index.ts';

const NOW = new Date('2026-11-01T12:00:00Z');
const EXT = 'ext@agency.example';
const EXEMPT = { [EXT]: { reason: 'no account at the IdP', expires: '2026-12-31' } };
const ADMIN = { scope: 'account/main', role: 'sso_admin' };
const OKTA = { type: 'saml' as const, metadata: { url: 'https://okta.example/m' } };

let store: MemoryStateStore;

const document = (login: LoginEntry): OrganizationDocument => {
  const spec: OrganizationSpec = { scopes: { 'account/main': {} }, identityProviders: { okta: OKTA } };
  const wanted = { ...spec, login: { recoveryAdmins: ['it@acme.com'], ...login } };
  return normalize({ apiVersion: API_VERSION, kind: 'Organization', metadata: { name: 'acme' }, spec: wanted });
};

function apply(login: LoginEntry, mode: 'commit' | 'rollback' = 'commit', now = NOW, more = {}): Promise<Plan> {
  const wanted = document(login);
  const digest = documentDigest(wanted);
  const request: ReconcileRequest = {
    collection: 'default',
    organizations: [
      { document: wanted, digest, file: 'acme.yaml', identityProviders: { okta: { connectionDigest: 'ab' } } },
    ],
    unchangedFiles: [],
    files: [{ path: 'acme.yaml', digest, organizations: ['acme'] }],
    prune: false,
    origin: { actor: 'ci' },
    ...more,
  };
  return store.transaction(mode, (state) => reconcile(state, request, now));
}

/** What the plan of a change says to people, of single sign-on. */
const linesOf = ({ changes }: Plan): string[] => impactLines(changes[0]?.impact as Impact);

beforeEach(async () => {
  store = new MemoryStateStore();
  await apply({ enforceSso: false });
  store.addEvidence('acme', 'okta', { connectionDigest: 'ab', at: NOW });
  const person = { identityProvider: 'okta', facts: {}, sessions: ['password', 'sso'] as const, secondFactor: true };
  store.addUser('acme', { ...person, email: 'ida@acme.com', grants: [ADMIN] });
  store.addUser('acme', { ...person, email: EXT });
});

const events = () => store.audit('acme').flatMap(({ type, data }) => (type.startsWith('sso.') ? [[type, data]] : []));

it('turning SSO on signs out whoever came otherwise and is not exempt, and the plan says so first', async () => {
  const wanted = { enforceSso: true, exemptions: EXEMPT };
  const said = ['ends 1 session that did not come from SSO', 'switches off the second factor of 1 user'];
  expect(linesOf(await apply(wanted, 'rollback'))).toEqual(said);
  expect(events()).toEqual([]);
  expect(linesOf(await apply(wanted))).toEqual(said);
  expect(events()).toEqual([['sso.enforced', { revision: 2, exempt: 1 }]]);
});

it('leaves the sessions where the document says so', async () => {
  const { changes } = await apply({ enforceSso: true, endOtherSessions: false });
  expect(changes[0]?.impact.sso).toEqual({ enforced: true, endedSessions: 0, secondFactorsOff: 2 });
});

it('an exemption that is over exempts nobody', async () => {
  const over = { [EXT]: { reason: 'over', expires: '2026-10-31' } };
  const { changes } = await apply({ enforceSso: true, exemptions: over });
  expect(changes[0]?.impact.sso).toEqual({ enforced: true, endedSessions: 2, secondFactorsOff: 2 });
});

it('whoever is exempt no longer is signed out, whatever is said of other sessions; a new exemption changes nothing', async () => {
  await apply({ enforceSso: true, endOtherSessions: false, exemptions: EXEMPT });
  const more = { ...EXEMPT, 'other@agency.example': { reason: 'new', expires: '2027-01-01' } };
  expect(linesOf(await apply({ enforceSso: true, endOtherSessions: false, exemptions: more }))).toEqual([]);
  const { changes } = await apply({ enforceSso: true, endOtherSessions: false });
  expect(changes[0]?.impact.sso).toEqual({ enforced: true, endedSessions: 2, secondFactorsOff: 1 });
  expect(events()).toHaveLength(1);
});

it('turning SSO off ends every session and keeps every setting', async () => {
  const on = { enforceSso: true, exemptions: EXEMPT, secondFactor: 'required' as const };
  await apply(on);
  const plan = await apply({ ...on, enforceSso: false });
  expect(linesOf(plan)).toEqual(['ends 3 sessions, since SSO is enforced no longer']);
  expect(plan.changes[0]?.fields.map(({ path }) => path)).toEqual(['/spec/login/enforceSso']);
  expect(events().at(-1)).toEqual(['sso.released', { revision: 3 }]);
});

it('another change says nothing of it, enforced or not', async () => {
  for (const enforceSso of [false, true]) {
    await apply({ enforceSso });
    const { changes } = await apply({ enforceSso, secondFactor: enforceSso ? 'required' : 'optional' });
    expect(changes[0]?.impact.sso).toBeUndefined();
  }
});

describe('a rollback to a revision that enforced SSO', () => {
  /** As `rolecall rollback` sends it: the document of a former revision, and no files. */
  const rollBack = (now: Date) => {
    const more = { files: [], partial: { fromServer: true }, conflicts: 'git' };
    return apply({ enforceSso: true }, 'commit', now, more);
  };
  const days = (count: number) => new Date(NOW.getTime() + count * 86_400_000);

  it('has the effects of turning it on', async () => {
    await apply({ enforceSso: true });
    await apply({ enforceSso: false });
    const person = { identityProvider: 'okta', facts: {}, sessions: ['password', 'sso'] as const };
    store.addUser('acme', { ...person, email: 'bob@acme.com' });
    expect(linesOf(await rollBack(days(1)))).toEqual(['ends 1 session that did not come from SSO']);
    expect(events().at(-1)?.[0]).toBe('sso.enforced');
  });

  it('is held by the guard once nobody got in lately', async () => {
    await apply({ enforceSso: true });
    await apply({ enforceSso: false });
    await expect(rollBack(days(15))).rejects.toMatchObject({ problems: [{ code: 'sso_not_tested' }] });
    expect(events().at(-1)?.[0]).toBe('sso.released');
  });
});
