import { API_RIGHTS } from '@rolecall/persistence';
import { changesInOrder, fingerprintOf } from '@rolecall/reconcile';
import { digestOf, organization, requestOf, startTestApi } from './testing/test-api.ts';
import type { ErrorBody, TestApi } from './testing/test-api.ts';

let api: TestApi;
beforeEach(async () => {
  api = await startTestApi();
});
afterEach(() => api?.close());

const codeOf = ({ status, json }: { status: number; json: Partial<ErrorBody> }) => [status, json.error?.code];
const named = (name: string, displayName: string) => organization(name, { displayName });
/** About these organizations alone. */
const part = (documents: readonly object[], more: object = {}) =>
  requestOf([], { organizations: documents.map((document) => ({ document })), partial: {}, ...more });
const changedFiles = async (documents: readonly object[]) => {
  const { files } = requestOf(documents) as { files: readonly { path: string; digest: string }[] };
  const sent = { files: files.map(({ path, digest }) => ({ path, digest })) };
  return (await api.client.call<{ changed: string[] }>('POST', '/v1/collections/default/compare', sent)).json.changed;
};

it('goes back to a former revision, and has the file that says otherwise sent again', async () => {
  const both = [named('acme', 'one'), named('globex', 'one')];
  await api.client.apply(requestOf(both));
  const newer = [named('acme', 'two'), both[1]!];
  await api.client.apply(requestOf(newer));
  const { json } = await api.client.call<{ document: object }>('GET', '/v1/organizations/acme/revisions/1');
  const back = part([json.document], { conflicts: 'git' });
  expect((await api.client.apply(back)).json.applied).toEqual([{ organization: 'acme', revision: 3 }]);
  expect((await api.client.call('GET', '/v1/organizations/acme')).json).toMatchObject({ document: both[0] });
  expect(await changedFiles(newer)).toEqual(['acme.yaml']);
  const plan = (await api.client.plan(requestOf(newer))).json;
  expect(plan.changes).toMatchObject([{ organization: 'acme', action: 'update', baseRevision: 3 }]);
  expect(plan.absent).toEqual([]);
});

it('goes back without declaring what no file declares', async () => {
  const checker = { permissions: ['audit.read'] };
  await api.client.apply(requestOf([named('acme', 'one')]));
  const added = { patch: { spec: { roles: { checker } } }, baseRevision: 1 };
  expect((await api.client.call('PATCH', '/v1/organizations/acme', added)).status).toBe(200);
  await api.client.apply(requestOf([named('acme', 'two')]));
  const { json } = await api.client.call<{ document: object }>('GET', '/v1/organizations/acme/revisions/2');
  await api.client.apply(part([json.document], { conflicts: 'git', partial: { fromServer: true } }));
  const live = () => api.client.call('GET', '/v1/organizations/acme');
  expect((await live()).json).toMatchObject({ document: { spec: { displayName: 'one', roles: { checker } } } });
  await api.client.apply(requestOf([named('acme', 'two')]));
  expect((await live()).json).toMatchObject({ document: { spec: { displayName: 'two', roles: { checker } } } });
});

it('takes an organization without declaring anything of it', async () => {
  await api.client.apply(requestOf([named('acme', 'one')]));
  await api.client.apply(part([], { partial: { release: ['acme'] } }));
  const taken = { adopt: true, partial: { fromServer: true } };
  expect((await api.client.apply(part([named('acme', 'one')], taken))).status).toBe(200);
  const { json } = await api.client.plan(requestOf([organization('acme', { displayName: undefined })]));
  expect(json.changes).toEqual([]);
});

it('applies a plan organization by organization, each by its own fingerprint, and then knows the files', async () => {
  const domain = (name: string) => ({ [name]: { verification: 'asserted' } });
  const both = { ...domain('b.example'), ...domain('moving.example') };
  const before = [organization('acme'), organization('globex', { emailDomains: both }), organization('hooli')];
  expect((await api.client.apply(requestOf(before))).status).toBe(200);
  const after = [
    organization('acme', { emailDomains: domain('moving.example') }),
    organization('globex', { emailDomains: domain('b.example') }),
    organization('initech', { emailDomains: domain('taken.example') }),
  ];
  const whole = requestOf(after, { prune: true });
  const { changes } = (await api.client.plan(whole)).json;
  const rival = [organization('rival', { emailDomains: domain('taken.example') })];
  expect((await api.client.apply(requestOf(rival, { collection: 'others' }))).status).toBe(200);

  const outcomes: unknown[] = [];
  for (const change of changesInOrder(changes)) {
    const named = after.filter((one) => (one as { metadata: { name: string } }).metadata.name === change.organization);
    const request = part(named, named.length === 0 ? { partial: { prune: [change.organization] } } : {});
    const { status, json } = await api.client.apply(request, fingerprintOf([change]));
    outcomes.push([change.organization, status, json.applied?.[0]?.revision ?? json.error.code]);
  }
  expect(outcomes).toEqual([
    ['hooli', 200, 1],
    ['globex', 200, 2],
    ['acme', 200, 2],
    ['initech', 422, 'email_domain_taken'],
  ]);
  expect((await changedFiles(after)).toSorted()).toEqual(['acme.yaml', 'globex.yaml', 'initech.yaml']);
  const rest = after.slice(0, 2);
  expect((await api.client.apply(requestOf(rest), fingerprintOf([]))).json.applied).toEqual([]);
  expect(await changedFiles(rest)).toEqual([]);
});

it('gives organizations up and takes them, with no other change', async () => {
  await api.client.apply(requestOf([organization('acme', {}, { deletionPolicy: 'delete' })]));
  expect((await api.client.apply(part([], { partial: { release: ['acme'] } }))).status).toBe(200);
  const { json } = await api.client.call<{ collection: null; document: object }>('GET', '/v1/organizations/acme');
  expect(json.collection).toBeNull();
  const adopted = await api.client.apply(part([json.document], { adopt: true }));
  expect(adopted.json.plan?.changes).toMatchObject([{ organization: 'acme', action: 'adopt', fields: [] }]);
  const twice = await api.client.plan(part([], { partial: { release: ['nobody'] } }));
  expect(codeOf(twice)).toEqual([422, 'not_owned']);
});

it.each([
  ['prunes the collection', { prune: true }],
  ['is about a place', { within: ['orgs'] }],
  ['knows of another place', { elsewhere: ['acme'] }],
  ['has files', { files: [{ path: 'acme.yaml', digest: digestOf({}), organizations: [] }] }],
  ['has unchanged files', { unchangedFiles: ['acme.yaml'] }],
])('is refused when it also %s', async (_what, more) => {
  expect(codeOf(await api.client.plan(part([named('acme', 'one')], more)))).toEqual([400, 'invalid_request']);
});

it('reaches no organization that the token is not for', async () => {
  await api.client.apply(requestOf([organization('acme')]));
  const { apiTokens } = api.database.database;
  const made = await apiTokens.create({
    name: 'narrow',
    rights: API_RIGHTS,
    organizations: ['other-*'],
    expiresAt: undefined,
    now: new Date(),
  });
  const narrow = api.client.with(made.token);
  for (const partial of [{ release: ['acme'] }, { prune: ['acme'] }]) {
    const answer = await narrow.plan(part([], { partial }));
    expect(codeOf(answer)).toEqual([403, 'organization_out_of_reach']);
  }
});
