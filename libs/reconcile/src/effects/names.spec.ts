import { API_VERSION, normalize } from '@rolecall/org-config';
import type { OrganizationDocument } from '@rolecall/org-config';
import { reconcile, renderPlan, renderPlanMarkdown } from '../index.ts';
import type { ReconcileRequest } from '../index.ts';
import { MAX_NAMED } from './names.ts';
import { MemoryStateStore } from '../testing/index.ts';
import { requestOf } from '../testing/request-of.ts';

const NOW = new Date('2026-11-01T12:00:00Z');

function organization(name: string, role: string): OrganizationDocument {
  return normalize({
    apiVersion: API_VERSION,
    kind: 'Organization',
    metadata: { name, deletionPolicy: 'delete' },
    spec: {
      scopes: { 'account/main': {} },
      roles: { creator: { permissions: ['write'] }, reader: { permissions: ['read'] } },
      identityProviders: { okta: { type: 'saml', metadata: { url: 'https://idp.example/metadata' } } },
      authorization: { mappingRoles: { engineering: { grants: { 'account/main': [role] } } } },
    },
  });
}

let store: MemoryStateStore;
beforeEach(() => {
  store = new MemoryStateStore();
});
const apply = (wanted: ReconcileRequest) => store.transaction('commit', (state) => reconcile(state, wanted, NOW));
const plan = (wanted: ReconcileRequest) => store.transaction('rollback', (state) => reconcile(state, wanted, NOW));

const engineer = (email?: string) => ({
  identityProvider: 'okta',
  facts: { role_mapping: ['engineering'], email: ['eve@acme.com'] },
  ...(email !== undefined && { email }),
  grants: [{ scope: 'account/main', role: 'creator' }],
});

it('names nobody unless asked', async () => {
  await apply(requestOf([organization('acme', 'creator')]));
  store.addUser('acme', engineer('eve@acme.com'));
  const { changes } = await plan(requestOf([organization('acme', 'reader')]));
  expect(changes[0]?.impact.affectedUsers).toBe(1);
  expect(JSON.stringify(changes)).not.toContain('eve@');
});

it('says who gains and loses what, in the plan for people alone', async () => {
  await apply(requestOf([organization('acme', 'creator')]));
  const eve = store.addUser('acme', engineer('eve@acme.com'));
  const unknown = store.addUser('acme', engineer());
  const odd = store.addUser('acme', engineer('a\u001b[31m@acme.com'));
  const planned = await plan(requestOf([organization('acme', 'reader')], { names: true }));
  const difference = { gains: ['reader on account/main'], loses: ['creator on account/main'] };
  expect(planned.changes[0]?.impact.named).toEqual({
    users: [
      { userId: eve, email: 'eve@acme.com', ...difference },
      { userId: unknown, ...difference },
      { userId: odd, email: 'a\u001b[31m@acme.com', ...difference },
    ],
    more: 0,
  });
  const text = renderPlan(planned);
  expect(text).toContain('        eve@acme.com gains reader on account/main; loses creator on account/main\n');
  expect(text).toContain('        "a\\u001b[31m@acme.com" gains');
  expect(renderPlanMarkdown(planned)).not.toContain('@acme.com');
});

it('changes neither the fingerprint nor what is audited', async () => {
  await apply(requestOf([organization('acme', 'creator')]));
  store.addUser('acme', engineer('eve@acme.com'));
  const wanted = requestOf([organization('acme', 'reader')]);
  const named = await plan({ ...wanted, names: true });
  expect(named.fingerprint).toBe((await plan(wanted)).fingerprint);
  await apply({ ...wanted, names: true });
  expect(JSON.stringify(store.audit('acme'))).not.toContain('eve@');
});

it('names whoever loses everything with the organization', async () => {
  await apply(requestOf([organization('acme', 'creator'), organization('globex', 'creator')]));
  store.addUser('acme', engineer('eve@acme.com'));
  const { changes } = await plan(requestOf([organization('globex', 'creator')], { prune: true, names: true }));
  expect(changes[0]).toMatchObject({ action: 'delete', impact: { named: { users: [{ email: 'eve@acme.com' }] } } });
});

it('names so many and says how many more there are', async () => {
  const organizations = Array.from({ length: 12 }, (_, index) => `org-${index + 10}`);
  await apply(requestOf(organizations.map((name) => organization(name, 'creator'))));
  for (const name of organizations) {
    for (let n = 0; n < MAX_NAMED.ofOrganization + 5; n += 1) store.addUser(name, engineer(`${n}@${name}.example`));
  }
  const wanted = requestOf(
    organizations.map((name) => organization(name, 'reader')),
    { names: true },
  );
  const { changes } = await plan(wanted);
  const named = changes.map(({ impact }) => [impact.named?.users.length, impact.named?.more]);
  expect(named.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => [100, 5]));
  expect(named.slice(10)).toEqual(Array.from({ length: 2 }, () => [0, 105]));
});
