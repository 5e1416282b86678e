import { API_VERSION, documentDigest, normalize } from '@rolecall/org-config';
import { reconcile } from '../index.ts';
import type { FileDigest, ReconcileRequest } from '../index.ts';
import { MemoryStateStore } from '../testing/index.ts';

const NOW = new Date('2026-11-01T12:00:00Z');

function document(name: string) {
  const spec = { displayName: `The ${name} company` };
  return normalize({ apiVersion: API_VERSION, kind: 'Organization' as const, metadata: { name }, spec });
}

/** Files by path, with the names of their organizations. */
function request(files: Readonly<Record<string, readonly string[]>>, more: Partial<ReconcileRequest> = {}) {
  const digests = Object.entries(files).map(([path, organizations]): FileDigest => {
    return { path, digest: `digest of ${path} ${organizations.join()}`, organizations };
  });
  const organizations = Object.values(files)
    .flat()
    .map((name) => ({ document: document(name), digest: documentDigest(document(name)), identityProviders: {} }));
  const origin = { actor: 'ci' };
  return {
    collection: 'default',
    organizations,
    unchangedFiles: [],
    files: digests,
    prune: false,
    origin,
    ...more,
  } satisfies ReconcileRequest;
}

const ALL = { 'orgs/a.yaml': ['acme'], 'orgs/b.yaml': ['globex'], 'orgs-eu/c.yaml': ['initech'] };
let store: MemoryStateStore;
const apply = (wanted: ReconcileRequest) => store.transaction('commit', (state) => reconcile(state, wanted, NOW));
const files = async () => {
  const stored = await store.transaction('rollback', (state) => state.fileDigests('default'));
  return stored.toSorted((a, b) => (a.path < b.path ? -1 : 1));
};

beforeEach(async () => {
  store = new MemoryStateStore();
  await apply(request(ALL));
});

describe('a part of the files', () => {
  it('says nothing of organizations elsewhere, prunes none of them, and leaves what is known of their files', async () => {
    const before = await files();
    const plan = await apply(request({ 'orgs/a.yaml': ['acme'] }, { within: ['orgs/a.yaml'], prune: true }));
    expect(plan).toMatchObject({ changes: [], absent: [] });
    expect(await files()).toEqual(before);
  });

  it('misses those whose file was there, and prunes them when asked to', async () => {
    const rest = { 'orgs/a.yaml': ['acme'] };
    expect((await apply(request(rest, { within: ['orgs'] }))).absent).toEqual(['globex']);
    expect((await files()).map(({ path }) => path)).toEqual(['orgs-eu/c.yaml', 'orgs/a.yaml']);
  });

  it.each([
    ['a part', ['orgs']],
    ['all', undefined],
  ])('misses none that files elsewhere declare, in %s', async (_, within) => {
    const files = { 'orgs/a.yaml': ['acme'], ...(within === undefined && { 'orgs-eu/c.yaml': ['initech'] }) };
    const { changes } = await apply(request(files, { within, elsewhere: ['globex'], prune: true }));
    expect(changes).toEqual([]);
  });

  it('prunes of its own alone', async () => {
    const rest = { 'orgs/a.yaml': ['acme'] };
    const { changes } = await apply(request(rest, { within: ['orgs'], prune: true }));
    expect(changes).toMatchObject([{ organization: 'globex', action: 'release' }]);
  });

  it('misses none that moved out of it, and has the file looked at that an organization came from', async () => {
    const moved = request({ 'orgs/b.yaml': ['globex', 'acme'] }, { within: ['orgs/b.yaml'] });
    await apply(moved);
    expect((await files()).find(({ path }) => path === 'orgs/a.yaml')?.digest).toBe('');
    const left = request({ 'orgs/b.yaml': ['globex'] }, { within: ['orgs/b.yaml'] });
    expect((await apply(left)).absent).toEqual([]);
  });
});
