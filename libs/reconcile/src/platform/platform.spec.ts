import { API_VERSION } from '@rolecall/org-config';
import type { PlatformDocument, TrustedIssuer } from '@rolecall/org-config';
import { reconcile, renderPlan, renderPlanMarkdown } from '../index.ts';
import type { Plan, ReconcileProblem, ReconcileRequest } from '../index.ts';
import { MemoryStateStore } from '../testing/index.ts';

const NOW = new Date('2026-11-01T12:00:00Z');
const origin = 'git';
const CI = 'https://ci.example';
const github = (more: Partial<TrustedIssuer> = {}): TrustedIssuer => ({
  issuer: CI,
  conditions: { repository: 'acme/config' },
  rights: ['plan', 'apply', 'platform.apply'],
  organizations: ['*'],
  ...more,
});
const ME = { issuer: CI, audience: 'https://rolecall.example', claims: { repository: 'acme/config' } };
const BY = { identity: ME, ownAudience: 'https://rolecall.example' };

function request(
  trustedIssuers: Record<string, TrustedIssuer>,
  more: Partial<ReconcileRequest> = {},
): ReconcileRequest {
  const metadata = { name: 'platform' } as const;
  const document: PlatformDocument = { apiVersion: API_VERSION, kind: 'Platform', metadata, spec: { trustedIssuers } };
  const digest = JSON.stringify(document);
  return {
    collection: 'default',
    organizations: [],
    platform: { document, digest, file: 'platform.yaml' },
    unchangedFiles: [],
    files: [{ path: 'platform.yaml', digest, organizations: [] }],
    prune: false,
    origin: { actor: 'ci' },
    ...more,
  };
}

let store: MemoryStateStore;
beforeEach(() => {
  store = new MemoryStateStore();
});
const run = (wanted: ReconcileRequest, mode: 'commit' | 'rollback' = 'commit'): Promise<Plan> =>
  store.transaction(mode, (state) => reconcile(state, wanted, NOW));

async function problems(wanted: ReconcileRequest): Promise<readonly ReconcileProblem[]> {
  const error: unknown = await run(wanted).catch((thrown: unknown) => thrown);
  return (error as { problems: readonly ReconcileProblem[] }).problems;
}

it('is created, changed by field, and then as declared', async () => {
  const created = await run(request({ github: github() }));
  expect(created.platform).toEqual({
    action: 'create',
    baseRevision: 0,
    fields: [
      { path: '/spec/trustedIssuers/github/conditions/repository', action: 'create', after: 'acme/config', origin },
      { path: '/spec/trustedIssuers/github/issuer', action: 'create', after: CI, origin },
      { path: '/spec/trustedIssuers/github/organizations', action: 'create', after: ['*'], origin },
      {
        path: '/spec/trustedIssuers/github/rights',
        action: 'create',
        after: ['plan', 'apply', 'platform.apply'],
        origin,
      },
    ],
  });
  expect((await run(request({ github: github() }))).platform).toBeUndefined();
  const changed = request({ github: github({ conditions: { repository: 'acme/config', ref: 'main' } }) });
  expect((await run(changed)).platform).toEqual({
    action: 'update',
    baseRevision: 1,
    fields: [{ path: '/spec/trustedIssuers/github/conditions/ref', action: 'create', after: 'main', origin }],
  });
});

it('stays when it left the files', async () => {
  await run(request({ github: github() }));
  const files = [{ path: 'acme.yaml', digest: 'x', organizations: [] }];
  const { platform } = await run(request({}, { platform: undefined, files, prune: true }));
  expect(platform).toBeUndefined();
  expect(await store.transaction('rollback', (state) => state.platform.live())).toMatchObject({ revision: 1 });
});

it('is a part of the fingerprint, and an apply does that one alone', async () => {
  const plan = await run(request({ github: github() }), 'rollback');
  const other = await run(request({ github: github({ rights: ['plan'] }) }), 'rollback');
  const nothing = await run(request({}, { platform: undefined }), 'rollback');
  expect(new Set([plan, other, nothing].map(({ fingerprint }) => fingerprint)).size).toBe(3);
  const smuggled = request({ github: github({ rights: ['plan'] }) }, { expectedFingerprint: plan.fingerprint });
  await expect(run(smuggled)).rejects.toMatchObject({ code: 'stale_plan' });
  const reviewed = request({ github: github() }, { expectedFingerprint: plan.fingerprint });
  await expect(run(reviewed)).resolves.toMatchObject({ fingerprint: plan.fingerprint });
});

it('belongs to one collection, which another takes on purpose only', async () => {
  await run(request({ github: github() }));
  expect(await problems(request({}, { collection: 'other' }))).toEqual([
    expect.objectContaining({ code: 'owned_by_other_collection' }),
  ]);
  const adopted = await run(request({ github: github() }, { collection: 'other', adopt: true }));
  expect(adopted.platform).toEqual({ action: 'update', baseRevision: 1, fields: [] });
});

it('is refused in a second file while the first has it still', async () => {
  await run(request({ github: github() }));
  const [first] = request({ github: github() }).files;
  const wanted = request({});
  const second = { ...wanted.platform!, file: 'again.yaml' };
  const files = [first!, { path: 'again.yaml', digest: 'x', organizations: [] }];
  const both = { ...wanted, platform: second, files, unchangedFiles: ['platform.yaml'] };
  expect(await problems(both)).toEqual([expect.objectContaining({ code: 'duplicate_platform' })]);
  await expect(run({ ...both, unchangedFiles: [], files: [files[1]!] })).resolves.toBeDefined();
});

it('may move to another file as it is, and change there when the first stays without it', async () => {
  await run(request({ github: github() }));
  const first = { path: 'platform.yaml', digest: 'without it', organizations: [] };
  const second = (digest: string) => ({ path: 'again.yaml', digest, organizations: [] });
  const moved = request({ github: github() });
  const files = [first, second('x')];
  const { platform } = await run({ ...moved, platform: { ...moved.platform!, file: 'again.yaml' }, files });
  expect(platform).toBeUndefined();
  const wanted = request({});
  const changed = { ...wanted, platform: { ...wanted.platform!, file: 'again.yaml' }, files: [first, second('y')] };
  const { platform: change } = await run({ ...changed, unchangedFiles: ['platform.yaml'] });
  expect(change).toMatchObject({ action: 'update', baseRevision: 1 });
});

describe('an apply by a trusted issuer', () => {
  beforeEach(async () => {
    await run(request({ github: github() }));
  });

  it.each<[what: string, after: Record<string, TrustedIssuer>]>([
    ['its entry', {}],
    ['its right to change the document', { github: github({ rights: ['plan', 'apply'] }) }],
    ['its right to apply', { github: github({ rights: ['plan', 'platform.apply'] }) }],
    ['some organizations', { github: github({ organizations: ['eu-*'] }) }],
    ['its repository', { github: github({ conditions: { repository: 'acme/other' } }) }],
    ['its ref', { github: github({ conditions: { repository: 'acme/config', ref: 'main' } }) }],
    ['its issuer', { github: github({ issuer: 'https://other.example' }) }],
    ['its audience', { github: github({ audience: 'https://other.example' }) }],
  ])('may not take from itself: %s', async (_what, after) => {
    expect(await problems(request(after, { by: BY }))).toEqual([expect.objectContaining({ code: 'own_access' })]);
    await expect(run(request(after))).resolves.toBeDefined();
  });

  it('may change the rest, and move itself to another entry', async () => {
    const after = { production: github({ audience: 'https://rolecall.example' }), plan: github({ rights: ['plan'] }) };
    await expect(run(request(after, { by: BY }))).resolves.toBeDefined();
  });
});

describe('API tokens of running jobs', () => {
  const job = (id: string, more: object = {}) => ({
    id,
    identity: ME,
    rights: ['plan', 'apply'] as const,
    organizations: undefined,
    ...more,
  });
  const alive = () => store.workloadTokens().map(({ id }) => id);
  const all = { github: github() };
  beforeEach(() => run(request(all)));

  it.each<[what: string, after: Record<string, TrustedIssuer>]>([
    ['their entry', {}],
    ['one of their rights', { github: github({ rights: ['plan', 'platform.apply'] }) }],
    ['some organizations', { github: github({ organizations: ['eu-*'] }) }],
    ['their repository', { github: github({ conditions: { repository: 'acme/other' } }) }],
    ['what is not known of them', { github: github({ conditions: { repository: 'acme/config', ref: 'main' } }) }],
    ['their issuer', { github: github({ issuer: 'https://other.example' }) }],
    ['their audience', { github: github({ audience: 'https://other.example' }) }],
  ])('end with the apply that takes back: %s', async (_what, after) => {
    store.addWorkloadToken(job('a'));
    store.addWorkloadToken(job('b', { identity: { ...ME, issuer: 'https://third.example' } }));
    const third = { third: github({ issuer: 'https://third.example' }) };
    const wanted = request({ ...after, ...third }, { ownAudience: BY.ownAudience });
    const plan = await run(wanted, 'rollback');
    expect([plan.platform?.endedTokens, alive()]).toEqual([1, ['a', 'b']]);
    expect(renderPlan(plan)).toContain('    ! ends 1 API token of a running job\n');
    expect(renderPlanMarkdown(plan)).toContain('- ends 1 API token of a running job');
    await run({ ...wanted, expectedFingerprint: plan.fingerprint });
    expect(alive()).toEqual(['b']);
  });

  it('go on while an entry gives what they hold', async () => {
    store.addWorkloadToken(job('a'));
    store.addWorkloadToken(job('b', { organizations: ['eu-*', 'acme'], rights: ['plan'] }));
    const after = {
      moved: github({ rights: ['plan', 'apply'], audience: BY.ownAudience }),
      eu: github({ rights: ['plan'], organizations: ['acme', 'eu-*'] }),
    };
    const { platform } = await run(request(after, { ownAudience: BY.ownAudience }));
    expect([platform?.endedTokens, alive()]).toEqual([undefined, ['a', 'b']]);
    const { platform: narrower } = await run(request({ eu: after.eu }, { ownAudience: BY.ownAudience }));
    expect([narrower?.endedTokens, alive()]).toEqual([1, ['b']]);
  });
});

it('stands first in what people read', async () => {
  const plan = await run(request({ github: github() }), 'rollback');
  expect(renderPlan(plan).split('\n')[0]).toBe('+ platform document');
  expect(renderPlan(plan)).toContain('Plan: the platform document, 0 to add');
  expect(renderPlanMarkdown(plan)).toContain('### Rolecall: the platform document changes');
  expect(renderPlanMarkdown(plan)).toContain('**The platform document: create**');
});
