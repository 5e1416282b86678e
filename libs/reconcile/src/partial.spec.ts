import { API_VERSION, documentDigest, normalize } from '@rolecall/org-config';
import type { OrganizationDocument } from '@rolecall/org-config';
import { reconcile } from './index.ts';
import type { ReconcileRequest } from './index.ts';
import { MemoryStateStore } from './testing/index.ts';

const NOW = new Date('2026-11-01T12:00:00Z');

function document(name: string, displayName: string, deletionPolicy?: 'delete'): OrganizationDocument {
  const metadata = { name, ...(deletionPolicy && { deletionPolicy }) };
  return normalize({ apiVersion: API_VERSION, kind: 'Organization', metadata, spec: { displayName } });
}

function request(documents: readonly OrganizationDocument[], rest: Partial<ReconcileRequest> = {}): ReconcileRequest {
  return {
    collection: 'default',
    organizations: documents.map((one) => ({ document: one, digest: documentDigest(one), identityProviders: {} })),
    unchangedFiles: [],
    files: documents.map((one) => ({
      path: `${one.metadata.name}.yaml`,
      digest: documentDigest(one),
      organizations: [one.metadata.name],
    })),
    prune: false,
    origin: { actor: 'ci' },
    ...rest,
  };
}
const partial = (documents: readonly OrganizationDocument[], rest: Partial<ReconcileRequest> = {}) =>
  request(documents, { files: [], partial: {}, ...rest });

let store: MemoryStateStore;
beforeEach(async () => {
  store = new MemoryStateStore();
  await apply(request([document('acme', 'one', 'delete'), document('globex', 'one'), document('hooli', 'one')]));
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
