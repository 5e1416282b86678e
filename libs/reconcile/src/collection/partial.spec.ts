import { API_VERSION, documentDigest, normalize } from '@rolecall/org-config';
import type { OrganizationDocument, OrganizationSpec } from '@rolecall/org-config';
import { reconcile, writeOrganization } from '../index.ts';
import type { OrganizationWrite, ReconcileRequest } from '../index.ts';
import { MemoryStateStore } from '../testing/index.ts';
import { requestOf } from '../testing/request-of.ts';

const NOW = new Date('2026-11-01T12:00:00Z');

function document(name: string, displayName: string, deletionPolicy?: 'delete'): OrganizationDocument {
  const metadata = { name, ...(deletionPolicy && { deletionPolicy }) };
  return normalize({ apiVersion: API_VERSION, kind: 'Organization', metadata, spec: { displayName } });
}

const partial = (documents: readonly OrganizationDocument[], rest: Partial<ReconcileRequest> = {}) =>
  requestOf(documents, { files: [], partial: {}, ...rest });

let store: MemoryStateStore;
beforeEach(async () => {
  store = new MemoryStateStore();
  await apply(requestOf([document('acme', 'one', 'delete'), document('globex', 'one'), document('hooli', 'one')]));
});
const apply = (wanted: ReconcileRequest) => store.transaction('commit', (state) => reconcile(state, wanted, NOW));
const files = () => store.transaction('rollback', (state) => state.fileDigests('default'));

it('changes what it speaks of, and misses nothing else', async () => {
  const plan = await apply(partial([document('globex', 'two')]));
  expect(plan.changes.map(({ organization, action }) => [organization, action])).toEqual([['globex', 'update']]);
  expect(plan.absent).toEqual([]);
});

it('has the files of what it changed sent again, and no others', async () => {
  const before = await files();
  await apply(partial([document('globex', 'two'), document('hooli', 'one')]));
  const after = await files();
  expect(after.map(({ path }) => path)).toEqual(before.map(({ path }) => path));
  expect(after.filter((file, index) => file.digest !== before[index]?.digest).map(({ path }) => path)).toEqual([
    'globex.yaml',
  ]);
});

it('releases what it names, whatever its deletion policy', async () => {
  const plan = await apply(partial([], { partial: { release: ['acme'] } }));
  expect(plan.changes.map(({ organization, action }) => [organization, action])).toEqual([['acme', 'release']]);
  expect(store.organizations().find(({ head }) => head.name === 'acme')?.head.collection).toBeUndefined();
});

it('prunes what it names by its deletion policy', async () => {
  const plan = await apply(partial([], { partial: { prune: ['acme', 'globex'] } }));
  expect(plan.changes.map(({ organization, action }) => [organization, action])).toEqual([
    ['acme', 'delete'],
    ['globex', 'release'],
  ]);
});

it('adopts what nobody owns', async () => {
  store.setCollection('hooli', undefined);
  const plan = await apply(partial([document('hooli', 'one')], { adopt: true }));
  expect(plan.changes.map(({ organization, action }) => [organization, action])).toEqual([['hooli', 'adopt']]);
});

it.each(['nowhere', 'hooli'])('lets nothing go that is not its own: %s', async (name) => {
  store.setCollection('hooli', 'another');
  for (const what of ['release', 'prune']) {
    const wanted = partial([], { partial: { [what]: [name] } });
    await expect(apply(wanted)).rejects.toMatchObject({ code: 'not_owned', organization: name });
  }
});

it('is held to the limits of any apply', async () => {
  const wanted = partial([], { partial: { release: ['acme', 'globex'] }, limits: { deletes: '1' } });
  await expect(apply(wanted)).rejects.toMatchObject({ code: 'too_many_deletes' });
});

describe('documents from the server', () => {
  const spec = (name: string, of: OrganizationSpec) =>
    normalize({ apiVersion: API_VERSION, kind: 'Organization', metadata: { name }, spec: of });
  const checker = { permissions: ['audit.read'] };
  const wantedOf = (one: OrganizationDocument) => ({
    document: one,
    digest: documentDigest(one),
    identityProviders: {},
  });
  const stateOf = (name: string) => store.organizations().find(({ head }) => head.name === name);
  const live = (name: string) => stateOf(name)?.revisions.at(-1)?.document.spec;
  const write = (one: OrganizationDocument, override?: OrganizationWrite['override']) =>
    store.transaction('commit', (state) => {
      const baseRevision = stateOf(one.metadata.name)?.head.revision ?? 0;
      return writeOrganization(state, { wanted: wantedOf(one), baseRevision, by: 'ops', override }, NOW);
    });
  const fromServer = (documents: readonly OrganizationDocument[], rest: Partial<ReconcileRequest> = {}) =>
    apply(partial(documents, { partial: { fromServer: true }, conflicts: 'git', ...rest }));

  it('that are live already are declared otherwise than the files say: those are sent again', async () => {
    await write(document('globex', 'live'), { reason: 'r', expires: new Date(NOW.getTime() + 1) });
    const plan = await fromServer([document('globex', 'live')]);
    expect(plan.changes).toEqual([]);
    expect((await files()).filter(({ digest }) => digest === '').map(({ path }) => path)).toEqual(['globex.yaml']);
  });

  it('declare nothing that nobody declared, whether it is live as they say or not', async () => {
    await write(spec('globex', { displayName: 'one', roles: { checker }, login: { session: { idle: '5m' } } }));
    const former = { displayName: 'zero', roles: { checker, helper: checker }, login: { session: { idle: '9m' } } };
    const plan = await fromServer([spec('globex', former)]);
    expect(live('globex')).toEqual(spec('globex', former).spec);
    expect(plan.unmanaged).toEqual([{ organization: 'globex', path: '/spec/roles/checker' }]);
    const declared = await store.transaction('rollback', (state) =>
      state.declaration(stateOf('globex')?.head.id ?? ''),
    );
    expect(declared?.document).toEqual(spec('globex', { displayName: 'zero', roles: { helper: checker } }));
    await apply(partial([document('globex', 'one')]));
    expect(live('globex')).toEqual(
      spec('globex', { displayName: 'one', roles: { checker }, login: { session: { idle: '9m' } } }).spec,
    );
  });

  it('declare nothing of what is adopted: what a file says comes from git, and the rest stays', async () => {
    store.setCollection('hooli', undefined);
    await write(spec('hooli', { displayName: 'live', roles: { checker } }));
    await fromServer([spec('hooli', { displayName: 'live', roles: { checker } })], { adopt: true });
    expect(stateOf('hooli')?.head).toMatchObject({ collection: 'default' });
    expect(stateOf('hooli')?.head.appliedDigest).toBeUndefined();
    const plan = await apply(partial([document('hooli', 'one')]));
    expect(plan.changes[0]?.fields).toMatchObject([{ path: '/spec/displayName', origin: 'git' }]);
    expect(live('hooli')).toEqual(spec('hooli', { displayName: 'one', roles: { checker } }).spec);
    expect(plan.unmanaged).toEqual([{ organization: 'hooli', path: '/spec/roles/checker' }]);
  });
});
