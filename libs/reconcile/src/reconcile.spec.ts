import { API_VERSION, normalize } from '@rolecall/org-config';
import type { OrganizationDocument, OrganizationSpec, RoleEntry } from '@rolecall/org-config';
import { ReconcileError, reconcile } from './index.ts';
import type { ReconcileProblem, ReconcileRequest } from './index.ts';
import { MemoryStateStore } from './testing/index.ts';
import { requestOf } from './testing/request-of.ts';

const NOW = new Date('2026-11-01T12:00:00Z');

function document(name: string, spec: OrganizationSpec = {}, previously?: readonly string[]): OrganizationDocument {
  const metadata = previously === undefined ? { name } : { name, previously };
  return normalize({ apiVersion: API_VERSION, kind: 'Organization', metadata, spec });
}

const ORIGIN = { actor: 'ci', commit: 'abc123', repository: 'git.example/orgs' };
const request = (documents: readonly OrganizationDocument[], rest: Partial<ReconcileRequest> = {}) =>
  requestOf(documents, { origin: ORIGIN, ...rest });

describe('reconcile', () => {
  let store: MemoryStateStore;
  beforeEach(() => {
    store = new MemoryStateStore();
  });
  const apply = (wanted: ReconcileRequest) => store.transaction('commit', (state) => reconcile(state, wanted, NOW));
  const plan = (wanted: ReconcileRequest) => store.transaction('rollback', (state) => reconcile(state, wanted, NOW));
  const refusal = async (wanted: ReconcileRequest): Promise<readonly ReconcileProblem[]> => {
    const error: unknown = await plan(wanted).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(ReconcileError);
    return error instanceof ReconcileError ? error.problems : [];
  };

  it('writes nothing when it plans', async () => {
    await plan(request([document('acme')]));
    expect((await plan(request([document('acme')]))).summary.create).toBe(1);
  });

  it('refuses an organization of another collection, and one that nobody owns', async () => {
    await apply(request([document('acme'), document('globex')]));
    store.setCollection('acme', 'other');
    store.setCollection('globex', undefined);
    const problems = await refusal(request([document('acme'), document('globex'), document('new-acme', {}, ['acme'])]));
    expect(problems.map(({ code, organization }) => [code, organization])).toEqual([
      ['owned_by_other_collection', 'acme'],
      ['needs_adopt', 'globex'],
      ['rename_conflict', 'new-acme'],
    ]);
    expect(problems[0]?.message).toContain('"other"');
  });

  it('does not rename an organization away from another collection', async () => {
    await apply(request([document('acme')]));
    store.setCollection('acme', 'other');
    const [problem] = await refusal(request([document('new-acme', {}, ['acme'])]));
    expect(problem).toMatchObject({ code: 'owned_by_other_collection', organization: 'new-acme' });
  });

  it('adopts under its own name only, and never from another collection', async () => {
    await apply(request([document('acme'), document('globex')]));
    store.setCollection('acme', 'other');
    store.setCollection('globex', undefined);
    const wanted = [document('acme'), document('new-globex', {}, ['globex'])];
    const problems = await refusal(request(wanted, { adopt: true }));
    expect(problems.map(({ code, organization }) => [code, organization])).toEqual([
      ['owned_by_other_collection', 'acme'],
      ['needs_adopt', 'new-globex'],
    ]);
    expect(problems[1]?.message).toContain('under its name first');
    expect((await refusal(request([document('globex')])))[0]?.message).toContain('--adopt');
  });

  it.each([
    ['as it is', 'Globex', 1, { adopted: true, revision: 1 }],
    ['with its differences', 'Globex Inc', 2, { adopted: true, revision: 2, paths: ['/spec/displayName'] }],
  ])('adopts %s, once, and tells the audit log', async (_how, displayName, revision, data) => {
    await apply(request([document('globex', { displayName: 'Globex' })]));
    store.setCollection('globex', undefined);
    const wanted = request([document('globex', { displayName })], { adopt: true });
    expect((await apply(wanted)).summary).toMatchObject({ adopt: 1, update: 0, unchanged: 0 });
    expect(store.audit('globex').at(-1)).toMatchObject({ type: 'organization.updated', data });
    const head = await store.transaction('rollback', (state) => state.heads('default', []));
    expect(head.get('globex')).toMatchObject({ collection: 'default', revision });
    expect((await plan(wanted)).changes).toEqual([]);
  });

  it('never counts what another collection owns as absent', async () => {
    await apply(request([document('acme')]));
    store.setCollection('acme', 'other');
    const { changes, absent } = await plan(request([document('globex')], { prune: true }));
    expect(changes.map((change) => change.organization)).toEqual(['globex']);
    expect(absent).toEqual([]);
  });

  it.each([
    ['both names exist', [document('a'), document('b')], [document('b', {}, ['a'])]],
    ['the old name is still declared', [document('a')], [document('a'), document('b', {}, ['a'])]],
    ['two documents name the same old one', [document('a')], [document('b', {}, ['a']), document('c', {}, ['a'])]],
    ['two old names exist', [document('a'), document('b')], [document('c', {}, ['a', 'b'])]],
  ])('refuses a rename when %s', async (_why, before, after) => {
    await apply(request(before));
    const problems = await refusal(request(after));
    expect(problems.map((problem) => problem.code)).toEqual(['rename_conflict']);
    expect(problems[0]?.pointer).toBe('/metadata/previously');
  });

  it.each(['both are declared', 'two claim it'])('refuses a rename of an entry when %s', async (why) => {
    await apply(request([document('acme', { roles: { releaser: {} } })]));
    const deployer = { previously: ['releaser'] };
    const roles: Record<string, RoleEntry> =
      why === 'both are declared' ? { releaser: {}, deployer } : { shipper: deployer, deployer };
    const [problem] = await refusal(request([document('acme', { roles })]));
    expect(problem?.code).toBe('rename_conflict');
    expect(problem?.pointer).toMatch(/^\/spec\/roles\/(deployer|shipper)\/previously$/);
  });

  it('ignores previously once the rename is done', async () => {
    await apply(request([document('acme-corp')]));
    const renamed = request([document('acme', {}, ['acme-corp'])]);
    await apply(renamed);
    expect((await plan(renamed)).changes).toEqual([]);
  });

  it('refuses a name that is declared twice, also when one of the two files was not sent', async () => {
    const [problem] = await refusal(request([document('acme'), document('acme')]));
    expect(problem).toMatchObject({ code: 'duplicate_organization', organization: 'acme' });
    const first = request([document('acme')]);
    await apply(first);
    const second = request([document('acme')], {
      unchangedFiles: ['acme.yaml'],
      files: [...first.files, { path: 'more.yaml', digest: 'ff', organizations: ['acme'] }],
    });
    expect((await refusal(second)).map((one) => one.code)).toEqual(['duplicate_organization']);
  });

  it('counts the organizations of unchanged files without seeing them', async () => {
    const first = request([document('acme'), document('globex')]);
    await apply(first);
    const unparsed = first.files.map((file) => ({ ...file, organizations: [] }));
    const next = request([], { unchangedFiles: ['acme.yaml', 'globex.yaml'], files: unparsed, prune: true });
    expect(await apply(next)).toMatchObject({ changes: [], absent: [], summary: { unchanged: 2 } });
    expect((await apply(next)).summary.unchanged).toBe(2);
  });

  it('refuses a file as unchanged that somebody applied otherwise in between', async () => {
    const first = request([document('acme')]);
    await apply(first);
    const stale = request([], { unchangedFiles: ['acme.yaml'], files: [{ ...first.files[0]!, digest: '00' }] });
    await expect(plan(stale)).rejects.toMatchObject({ code: 'stale_plan' });
    const unknown = request([], {
      unchangedFiles: ['x.yaml'],
      files: [{ path: 'x.yaml', digest: '00', organizations: [] }],
    });
    await expect(plan(unknown)).rejects.toMatchObject({ code: 'stale_plan' });
  });

  it('applies only the plan that was reviewed', async () => {
    const wanted = request([document('acme')]);
    const { fingerprint } = await plan(wanted);
    await apply(request([document('globex')]));
    await expect(apply({ ...wanted, expectedFingerprint: 'sha256:00' })).rejects.toMatchObject({ code: 'stale_plan' });
    expect((await plan(wanted)).summary.create).toBe(1);
    await apply({ ...wanted, expectedFingerprint: fingerprint });
    await expect(apply({ ...wanted, expectedFingerprint: fingerprint })).rejects.toMatchObject({ code: 'stale_plan' });
  });

  it('refuses another outcome than the one that was prepared and permitted', async () => {
    await apply(request([document('acme', { displayName: 'One' })]));
    const wanted = request([document('acme', { displayName: 'Two' })]);
    const preparedFor = (digest: string) => ({
      ...wanted,
      organizations: wanted.organizations.map((one) => ({ ...one, preparedFor: digest })),
    });
    await expect(plan(preparedFor('sha256:00'))).rejects.toMatchObject({ code: 'stale_plan' });
    expect((await plan(preparedFor(wanted.organizations[0]!.digest))).summary.update).toBe(1);
  });

  it('refuses an empty input', async () => {
    await apply(request([document('acme')]));
    expect((await refusal(request([], { prune: true }))).map((one) => one.code)).toEqual(['empty_input']);
  });

  it('deletes no more organizations at once than the cap', async () => {
    const deletable = (n: number): OrganizationDocument => ({
      ...document(`org-${n}`),
      metadata: { name: `org-${n}`, deletionPolicy: 'delete' },
    });
    const all = Array.from({ length: 7 }, (_, n) => deletable(n));
    await apply(request(all));
    expect((await refusal(request(all.slice(0, 1), { prune: true })))[0]?.code).toBe('too_many_deletes');
    expect((await plan(request(all.slice(0, 2), { prune: true }))).summary.delete).toBe(5);
  });

  it('neither releases more of them: what is left of a checkout is not what was meant', async () => {
    const all = Array.from({ length: 7 }, (_, n) => document(`org-${n}`));
    await apply(request(all));
    expect((await refusal(request(all.slice(0, 1), { prune: true })))[0]?.code).toBe('too_many_deletes');
    expect((await plan(request(all.slice(0, 2), { prune: true }))).summary.release).toBe(5);
  });

  it('tells the audit log what it did', async () => {
    await apply(request([document('acme', { roles: { author: {} } })]));
    await apply(request([document('acme-inc', { displayName: 'Acme' }, ['acme'])]));
    const events = store.audit('acme-inc');
    expect(events.map((event) => event.type)).toEqual([
      'organization.created',
      'organization.renamed',
      'organization.updated',
    ]);
    expect(events[2]?.data).toMatchObject({
      revision: 2,
      commit: 'abc123',
      repository: 'git.example/orgs',
      file: 'acme-inc.yaml',
      paths: ['/metadata/previously', '/spec/displayName', '/spec/roles/author'],
    });
  });

  it('writes the new grants of users with their source, and one audit event for all of them', async () => {
    const scopes = { 'account/main': {} };
    const identityProviders = { okta: { type: 'saml' as const, metadata: { url: 'https://idp.example/m' } } };
    await apply(request([document('acme', { scopes, identityProviders })]));
    const user = store.addUser('acme', { identityProvider: 'okta', facts: { team: 'red' } });
    const rules = [
      { name: 'reds', when: { attribute: 'team', equals: 'red' }, grants: { 'account/main': ['member'] } },
    ];
    await apply(request([document('acme', { scopes, identityProviders, authorization: { rules } })]));
    expect(store.user('acme', user)?.grants).toEqual([
      {
        scope: 'account/main',
        role: 'member',
        sources: [{ kind: 'rule', name: 'reds', attribute: 'team', value: 'red' }],
      },
    ]);
    expect(store.audit('acme').at(-1)).toMatchObject({
      type: 'grants.changed',
      data: { affectedUsers: 1, grants: [{ scope: 'account/main', role: 'member', gain: 1, lose: 0 }] },
    });
  });
});
