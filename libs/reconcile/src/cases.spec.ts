import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { normalize } from '@rolecall/org-config';
import type { OrganizationDocument } from '@rolecall/org-config';
import { parse, parseAllDocuments } from 'yaml';
import { deviationOf, reconcile, ReconcileError, renderPlan } from './index.ts';
import type { Plan, ReconcileRequest, UnmanagedMode } from './index.ts';
import { MemoryStateStore } from './testing/index.ts';
import type { TestUser } from './testing/index.ts';
import { requestOf } from './testing/request-of.ts';

// A case is a folder of cases/: actual.yaml (what was applied before), live.yaml (what somebody made of it on the server since,
// where it is not that; options.yaml: overrides), users.yaml (who signed in since, and what they
// hold), desired.yaml, options.yaml ({ prune, adopt, owners: which
// collection, or null for none, owns an organization by now, directoryTokens: the names of those that were issued }), and the
// plan that must come out as JSON and as text, or refused.txt: why there is none.
// UPDATE_CASES=1 writes plan.json and plan.txt, or refused.txt.

const CASES = join(import.meta.dirname, '../cases');
const NOW = new Date('2026-11-01T12:00:00Z');

interface CaseUser extends TestUser {
  readonly organization: string;
  readonly count?: number;
}

interface CaseOptions {
  readonly prune?: boolean;
  readonly adopt?: boolean;
  readonly unmanaged?: UnmanagedMode;
  readonly conflicts?: 'git';
  /** Of the first organization of live.yaml: pointer to the moment of its end. */
  readonly overrides?: Readonly<Record<string, string>>;
  readonly owners?: Readonly<Record<string, string | null>>;
  readonly directoryTokens?: Readonly<Record<string, readonly string[]>>;
  /** By organization: the name of an OpenID Connect client or an origin, for each sign-in there. */
  readonly applicationSignIns?: Readonly<Record<string, readonly string[]>>;
}

function read(folder: string, file: string): string | undefined {
  const path = join(CASES, folder, file);
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

function requestFor(
  yaml: string | undefined,
  { prune = false, adopt, unmanaged, conflicts }: CaseOptions = {},
): ReconcileRequest {
  const documents = parseAllDocuments(yaml ?? '').map((document) => normalize(document.toJS() as OrganizationDocument));
  return requestOf(documents, {
    ...(documents.length === 0 && { files: [{ path: 'empty.yaml', digest: '00', organizations: [] }] }),
    prune,
    adopt,
    ...(unmanaged && { unmanaged }),
    ...(conflicts && { conflicts }),
    // the guard has specs of its own
    allowReplace: true,
  });
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

/** Somebody wrote on the server, past git. */
function writeLive(store: MemoryStateStore, { organizations }: ReconcileRequest, options: CaseOptions): Promise<void> {
  return store.transaction('commit', async (state) => {
    for (const { document, digest } of organizations) {
      const head = (await state.heads('default', [])).get(document.metadata.name);
      const declared = head && (await state.declaration(head.id));
      if (head === undefined || declared === undefined) throw new Error('live.yaml speaks of what was never applied');
      await state.addRevision(head.id, 1, { document, digest, origin: { actor: 'ops' }, identityProviders: {} });
      const overrides = Object.entries(options.overrides ?? {}).map(([path, expires]) => {
        return { path, by: 'ops', reason: 'incident 7', at: NOW, expires: new Date(expires) };
      });
      await state.replaceOverrides(head.id, overrides);
      await state.deviate(head.id, deviationOf(declared.document, document, overrides, NOW));
    }
  });
}

async function prepare(folder: string): Promise<{ store: MemoryStateStore; request: ReconcileRequest }> {
  const store = new MemoryStateStore();
  const actual = read(folder, 'actual.yaml');
  if (actual !== undefined) await seed(store, requestFor(actual));
  const options = parse(read(folder, 'options.yaml') ?? '{}') as CaseOptions;
  const live = read(folder, 'live.yaml');
  if (live !== undefined) await writeLive(store, requestFor(live), options);
  const users = (parse(read(folder, 'users.yaml') ?? '[]') as CaseUser[] | null) ?? [];
  for (const { organization, count = 1, ...user } of users) {
    for (let n = 0; n < count; n += 1) store.addUser(organization, user);
  }
  for (const [name, owner] of Object.entries(options.owners ?? {})) store.setCollection(name, owner ?? undefined);
  for (const [name, tokens] of Object.entries(options.directoryTokens ?? {})) {
    for (const token of tokens) store.addDirectoryToken(name, token);
  }
  for (const [name, places] of Object.entries(options.applicationSignIns ?? {})) {
    for (const at of places) store.addApplicationSignIn(name, at);
  }
  return { store, request: requestFor(read(folder, 'desired.yaml'), options) };
}

function expected(folder: string, file: string, got: string): string | undefined {
  if (process.env['UPDATE_CASES'] === '1') writeFileSync(join(CASES, folder, file), got);
  return read(folder, file);
}

const [refused, planned] = [true, false].map((wanted) =>
  readdirSync(CASES).filter((folder) => existsSync(join(CASES, folder, 'refused.txt')) === wanted),
);

it.each(refused ?? [])('%s is refused', async (folder) => {
  const { store, request } = await prepare(folder);
  const failing = store.transaction('rollback', (state) => reconcile(state, request, NOW));
  const error = await failing.catch((thrown: unknown) => thrown);
  if (!(error instanceof ReconcileError)) throw error;
  const text = error.problems.map(({ code, pointer, message }) => `${code} ${pointer}\n  ${message}\n`).join('');
  expect(text).toBe(expected(folder, 'refused.txt', text));
});

describe.each(planned ?? [])('%s', (folder) => {
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
