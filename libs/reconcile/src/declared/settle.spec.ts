import { API_VERSION, documentDigest, normalize } from '@rolecall/org-config';
import type { OrganizationDocument, OrganizationSpec } from '@rolecall/org-config';
import { reconcile, writeOrganization } from '../index.ts';
import type { ReconcileRequest } from '../index.ts';
import { MemoryStateStore } from '../testing/index.ts';

const NOW = new Date('2026-11-01T12:00:00Z');

function document(name: string, spec: Partial<OrganizationSpec> = {}): OrganizationDocument {
  return normalize({
    apiVersion: API_VERSION,
    kind: 'Organization',
    metadata: { name },
    spec: { displayName: name, ...spec },
  });
}

interface Place {
  readonly file: string;
  readonly lines?: Readonly<Record<string, number>>;
}

function request(names: readonly string[], place: Place, commit: string): ReconcileRequest {
  const documents = names.map((name) => document(name));
  return {
    collection: 'default',
    organizations: documents.map((one) => ({
      document: one,
      digest: documentDigest(one),
      identityProviders: {},
      ...place,
    })),
    unchangedFiles: [],
    files: [{ path: place.file, digest: `${commit} of it`, organizations: names }],
    prune: false,
    origin: { actor: 'ci', commit },
  };
}

const NAMES = ['acme', 'globex'];
const FIRST = { file: 'orgs.yaml', lines: { '/spec/displayName': 4 } };
let store: MemoryStateStore;
beforeEach(async () => {
  store = new MemoryStateStore();
  await apply(request(NAMES, FIRST, 'one'));
  await store.transaction('commit', async (state) => {
    const wanted = document('globex', { roles: { checker: { permissions: ['audit.read'] } } });
    const write = { wanted: { document: wanted, digest: documentDigest(wanted), identityProviders: {} } };
    return writeOrganization(state, { ...write, baseRevision: 1, by: 'ops' }, NOW);
  });
});

async function apply(wanted: ReconcileRequest): Promise<void> {
  const plan = await store.transaction('rollback', (state) => reconcile(state, wanted, NOW));
  const reviewed = { ...wanted, expectedFingerprint: plan.fingerprint };
  await store.transaction('commit', (state) => reconcile(state, reviewed, NOW));
}

const place = (name: string) =>
  store.transaction('rollback', async (state) => {
    const head = (await state.heads('default', [])).get(name);
    const { file, commit, lines } = (await state.declaration(head!.id))!.origin;
    return { file, commit, lines, revision: head!.revision, unmanaged: head!.deviation?.unmanaged };
  });

it.each([
  ['file', { file: 'customers/orgs.yaml', lines: FIRST.lines }],
  ['line', { file: FIRST.file, lines: { '/spec/displayName': 9 } }],
])('remembers another %s of what did not change, without a revision', async (_what, moved) => {
  await apply(request(NAMES, moved, 'two'));
  expect(await place('acme')).toEqual({ ...moved, commit: 'two', revision: 1 });
  expect(await place('globex')).toEqual({ ...moved, commit: 'two', revision: 2, unmanaged: 1 });
});

it.each([
  ['stands where it stood', FIRST],
  ['comes without lines', { file: 'customers/orgs.yaml' }],
])('keeps the place and its commit when an organization %s', async (_what, same) => {
  await apply(request(NAMES, same, 'two'));
  expect(await place('acme')).toEqual({ ...FIRST, commit: 'one', revision: 1 });
  expect(await place('globex')).toEqual({ ...FIRST, commit: 'one', revision: 2, unmanaged: 1 });
});
