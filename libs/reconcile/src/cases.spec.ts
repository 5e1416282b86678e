import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { documentDigest, normalize } from '@rolecall/org-config';
import type { OrganizationDocument } from '@rolecall/org-config';
import { parse, parseAllDocuments } from 'yaml';
import { reconcile, renderPlan } from './index.ts';
import type { Plan, ReconcileRequest } from './index.ts';
import { MemoryStateStore } from './testing/index.ts';
import type { TestUser } from './testing/index.ts';

// A case is a folder of cases/: actual.yaml (what was applied before), users.yaml (who signed in since, and what they
// hold), desired.yaml, options.yaml ({ prune, adopt, owners: which
// collection, or null for none, owns an organization by now, directoryTokens: the names of those that were issued }), and the
// plan that must come out as JSON and as text.
// UPDATE_CASES=1 writes plan.json and plan.txt.

const CASES = join(import.meta.dirname, '../cases');
const NOW = new Date('2026-11-01T12:00:00Z');

interface CaseUser extends TestUser {
  readonly organization: string;
  readonly count?: number;
}

interface CaseOptions {
  readonly prune?: boolean;
  readonly adopt?: boolean;
  readonly owners?: Readonly<Record<string, string | null>>;
  readonly directoryTokens?: Readonly<Record<string, readonly string[]>>;
}

function read(folder: string, file: string): string | undefined {
  const path = join(CASES, folder, file);
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

function requestOf(yaml: string | undefined, { prune = false, adopt }: CaseOptions = {}): ReconcileRequest {
  const documents = parseAllDocuments(yaml ?? '').map((document) => normalize(document.toJS() as OrganizationDocument));
  const files = documents.map((document) => {
    const { name } = document.metadata;
    return { path: `${name}.yaml`, digest: documentDigest(document), organizations: [name] };
  });
  return {
    collection: 'default',
    organizations: documents.map((document) => ({
      document,
      digest: documentDigest(document),
      file: `${document.metadata.name}.yaml`,
      identityProviders: {},
    })),
    unchangedFiles: [],
    files: files.length > 0 ? files : [{ path: 'empty.yaml', digest: '00', organizations: [] }],
    prune,
    adopt,
    origin: { actor: 'ci' },
  };
}

/** As earlier applies left it: past the guards, which a first apply does not pass. */
function seed(store: MemoryStateStore, { organizations, files, origin }: ReconcileRequest): Promise<void> {
  return store.transaction('commit', async (state) => {
    for (const { document, digest, file, identityProviders } of organizations) {
      const revision = { document, digest, origin: { ...origin, file }, identityProviders };
      await state.create({ collection: 'default', name: document.metadata.name, revision });
    }
    await state.saveFileDigests('default', files);
  });
}

async function prepare(folder: string): Promise<{ store: MemoryStateStore; request: ReconcileRequest }> {
  const store = new MemoryStateStore();
  const actual = read(folder, 'actual.yaml');
  if (actual !== undefined) await seed(store, requestOf(actual));
  const users = (parse(read(folder, 'users.yaml') ?? '[]') as CaseUser[] | null) ?? [];
  for (const { organization, count = 1, ...user } of users) {
    for (let n = 0; n < count; n += 1) store.addUser(organization, user);
  }
  const options = parse(read(folder, 'options.yaml') ?? '{}') as CaseOptions;
  for (const [name, owner] of Object.entries(options.owners ?? {})) store.setCollection(name, owner ?? undefined);
  for (const [name, tokens] of Object.entries(options.directoryTokens ?? {})) {
    for (const token of tokens) store.addDirectoryToken(name, token);
  }
  return { store, request: requestOf(read(folder, 'desired.yaml'), options) };
}

function expected(folder: string, file: string, got: string): string | undefined {
  if (process.env['UPDATE_CASES'] === '1') writeFileSync(join(CASES, folder, file), got);
  return read(folder, file);
}

describe.each(readdirSync(CASES))('%s', (folder) => {
  it('gives the plan', async () => {
    const { store, request } = await prepare(folder);
    const plan = await store.transaction('rollback', (state) => reconcile(state, request, NOW));
    const json = `${JSON.stringify(plan, null, 2)}\n`;
    expect(json).toBe(expected(folder, 'plan.json', json));
    const text = renderPlan(plan);
    expect(text).toBe(expected(folder, 'plan.txt', text));
  });

  it('applies what was planned, and then has nothing to do', async () => {
    const { store, request } = await prepare(folder);
    const plan: Plan = await store.transaction('rollback', (state) => reconcile(state, request, NOW));
    const reviewed = { ...request, expectedFingerprint: plan.fingerprint };
    const applied = await store.transaction('commit', (state) => reconcile(state, reviewed, NOW));
    expect(applied).toEqual(plan);
    const again = await store.transaction('rollback', (state) => reconcile(state, request, NOW));
    expect(again.changes).toEqual([]);
  });
});
