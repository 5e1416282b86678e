import { API_RIGHTS } from '@rolecall/persistence';
import { mistakes } from './api/validate.ts';
import { digestOf, organization, requestOf, startTestApi } from './testing/test-api.ts';
import type { TestApi } from './testing/test-api.ts';
import { everyRow } from './testing/rows.ts';

let api: TestApi;
beforeEach(async () => {
  api = await startTestApi();
});
afterEach(() => api?.close());

const two = () => requestOf([organization('acme'), organization('globex')]);

describe('a plan', () => {
  it('shows what an apply would do, and writes nothing', async () => {
    await api.client.apply(requestOf([organization('acme')]));
    const before = await everyRow(api.database.ownerUrl);
    const changed = organization('acme', { displayName: 'Acme, renamed', identityProviders: undefined });
    const { status, json } = await api.client.plan(requestOf([changed, organization('globex')]));
    expect(status).toBe(200);
    expect(mistakes('Plan', json)).toEqual([]);
    expect(json.summary).toMatchObject({ create: 1, update: 1, unchanged: 0 });
    expect(json.changes.find((change) => change.organization === 'acme')?.fields).toEqual([
      {
        path: '/spec/displayName',
        action: 'update',
        origin: 'git',
        before: 'The acme company',
        after: 'Acme, renamed',
      },
    ]);
    expect(await everyRow(api.database.ownerUrl)).toEqual(before);
  });

  it('is empty when nothing differs, and its fingerprint is always the same', async () => {
    await api.client.apply(two());
    const first = (await api.client.plan(two())).json;
    const second = (await api.client.plan(requestOf([organization('globex'), organization('acme')]))).json;
    expect(first).toMatchObject({ changes: [], summary: { unchanged: 2 } });
    expect(second.fingerprint).toBe(first.fingerprint);
  });
});

describe('an apply', () => {
  it('makes the organizations, which can then be read', async () => {
    const { status, json } = await api.client.apply(two());
    expect(status).toBe(200);
    expect(mistakes('Applied', json)).toEqual([]);
    expect(json.applied).toEqual([
      { organization: 'acme', revision: 1 },
      { organization: 'globex', revision: 1 },
    ]);

    const read = await api.client.call('GET', '/v1/organizations/acme');
    expect(mistakes('Organization', read.json)).toEqual([]);
    expect(read.json).toMatchObject({
      name: 'acme',
      collection: 'default',
      revision: 1,
      document: organization('acme'),
      appliedBy: `test ${API_RIGHTS.join(' ')}`,
    });

    const page = await api.client.call('GET', '/v1/organizations?limit=1');
    expect(mistakes('OrganizationPage', page.json)).toEqual([]);
    expect(page.json).toMatchObject({ organizations: [{ name: 'acme', revision: 1 }], nextCursor: 'acme' });
    const rest = await api.client.call('GET', '/v1/organizations?limit=1&cursor=acme');
    expect(rest.json).toMatchObject({ organizations: [{ name: 'globex' }], nextCursor: null });
    const full = await api.client.call('GET', '/v1/organizations?documents=true&limit=1');
    expect(mistakes('OrganizationPage', full.json)).toEqual([]);
    expect(full.json).toEqual({
      organizations: [{ ...(page.json['organizations'] as object[])[0], document: organization('acme') }],
      nextCursor: 'acme',
    });
  });

  it('done twice changes nothing the second time', async () => {
    await api.client.apply(two());
    const before = await everyRow(api.database.ownerUrl);
    const { status, json } = await api.client.apply(two());
    expect(status).toBe(200);
    expect(json).toMatchObject({ applied: [], plan: { changes: [], summary: { unchanged: 2 } } });
    expect(await everyRow(api.database.ownerUrl)).toEqual(before);
  });

  it('refuses another plan than the one that was reviewed', async () => {
    const reviewed = (await api.client.plan(two())).json.fingerprint;
    await api.client.apply(requestOf([organization('acme', { displayName: 'somebody was faster' })]));
    const before = await everyRow(api.database.ownerUrl);
    const { status, json } = await api.client.apply(two(), reviewed);
    expect([status, json.error.code]).toEqual([409, 'stale_plan']);
    expect(await everyRow(api.database.ownerUrl)).toEqual(before);
  });

  it('sent twice at the same moment is done once', async () => {
    const reviewed = (await api.client.plan(two())).json.fingerprint;
    const answers = await Promise.all([api.client.apply(two(), reviewed), api.client.apply(two(), reviewed)]);
    expect(answers.map(({ status }) => status)).toEqual(expect.arrayContaining([200, 409]));
    expect((await api.client.call('GET', '/v1/organizations/acme')).json).toMatchObject({ revision: 1 });
  });

  it('leaves organizations of other collections alone', async () => {
    await api.client.apply(two());
    const before = await everyRow(api.database.ownerUrl);
    const request = requestOf([organization('acme', { displayName: 'taken over' })], { collection: 'intruders' });
    for (const { status, json } of [
      await api.client.plan(request),
      await api.client.apply(request, `sha256:${'0'.repeat(64)}`),
    ]) {
      expect([status, json.error.code]).toEqual([409, 'owned_by_other_collection']);
      expect(json.error.message).toContain('"default"');
      expect(json.error.diagnostics).toEqual([
        expect.objectContaining({ code: 'owned_by_other_collection', organization: 'acme', pointer: '/metadata/name' }),
      ]);
    }
    expect(await everyRow(api.database.ownerUrl)).toEqual(before);
  });

  it('does not take an e-mail domain from another organization', async () => {
    const domains = { emailDomains: { 'acme.example': { verification: 'asserted' } } };
    await api.client.apply(requestOf([organization('acme', domains)]));
    const { status, json } = await api.client.plan(
      requestOf([organization('globex', domains)], { collection: 'other' }),
    );
    expect([status, json.error.code]).toEqual([422, 'email_domain_taken']);
    expect(json.error.diagnostics).toEqual([
      expect.objectContaining({ organization: 'globex', pointer: expect.stringContaining('acme.example') }),
    ]);
  });

  it('releases with `prune` what the collection no longer has, and else only names it', async () => {
    await api.client.apply(two());
    const less = (more: object) => requestOf([organization('acme')], more);
    expect((await api.client.plan(less({}))).json).toMatchObject({ changes: [], absent: ['globex'] });
    const moved = { prune: true, elsewhere: ['globex'] };
    expect((await api.client.plan(less(moved))).json).toMatchObject({ changes: [], absent: [] });
    const { json } = await api.client.apply(less({ prune: true }));
    expect(json.applied).toEqual([{ organization: 'globex', revision: 1 }]);
    expect((await api.client.call('GET', '/v1/organizations/globex')).json).toMatchObject({ collection: null });
  });
});

describe('adoption', () => {
  const globex = (more: object, spec: object = {}) =>
    requestOf([organization('acme'), organization('globex', spec)], more);
  const released = async () => {
    await api.client.apply(two());
    await api.client.apply(requestOf([organization('acme')], { prune: true }));
  };
  const stored = async () => (await api.client.call('GET', '/v1/organizations/globex')).json;

  it.each([
    ['as it is', {}, 1, 0],
    ['with its differences', { displayName: 'Globex Inc' }, 2, 1],
  ])('takes what a prune released %s, and only when asked', async (_how, spec, revision, fields) => {
    await released();
    const refused = await api.client.plan(globex({}, spec));
    expect([refused.status, refused.json.error.code]).toEqual([409, 'needs_adopt']);
    expect(refused.json.error.message).toContain('--adopt');

    const planned = await api.client.plan(globex({ adopt: true }, spec));
    expect(mistakes('Plan', planned.json)).toEqual([]);
    expect(planned.json.changes).toMatchObject([{ organization: 'globex', action: 'adopt', baseRevision: 1 }]);
    expect(planned.json.changes[0]?.fields).toHaveLength(fields);
    expect(await stored()).toMatchObject({ collection: null, revision: 1 });

    const { json } = await api.client.apply(globex({ adopt: true }, spec), planned.json.fingerprint);
    expect(json.applied).toEqual([{ organization: 'globex', revision }]);
    expect(await stored()).toMatchObject({ collection: 'default', revision });
    expect((await api.client.plan(globex({}, spec))).json).toMatchObject({ changes: [], summary: { unchanged: 2 } });
  });

  it('takes nothing from another collection', async () => {
    await api.client.apply(two());
    const { status, json } = await api.client.plan(globex({ adopt: true, collection: 'other' }));
    expect([status, json.error.code]).toEqual([409, 'owned_by_other_collection']);
  });
});

it('applies are counted, and no log line holds what was applied', async () => {
  await api.client.apply(two());
  await api.client.apply(requestOf([organization('acme', { displayName: 'Confidential name' })]));
  const { text } = await api.client.call('GET', '/metrics');
  expect(text).toContain('rolecall_applied_changes_total{action="create",app="admin-api"} 2');
  expect(text).toContain('rolecall_applied_changes_total{action="update",app="admin-api"} 1');
  expect(text).toContain('route="/v1/applies",status="200"');
  expect(api.log.join('')).not.toContain('Confidential');
  expect(api.log.some((line) => line.includes('"route":"/v1/applies"'))).toBe(true);
});

describe('rights', () => {
  it('vouching for an e-mail domain is a right of its own', async () => {
    const client = api.client.with(await api.token(['plan', 'apply']));
    const request = requestOf([
      organization('acme', { emailDomains: { 'acme.example': { verification: 'asserted' } } }),
    ]);
    const planned = await client.plan(request);
    expect([planned.status, planned.json.error.code]).toEqual([403, 'domain_assertion_refused']);
    const applied = await client.apply(request, `sha256:${'0'.repeat(64)}`);
    expect([applied.status, applied.json.error.code]).toEqual([403, 'domain_assertion_refused']);
    expect((await client.apply(requestOf([organization('acme')]))).status).toBe(200);
  });
});

describe('collections', () => {
  it('are at generation 0 before their first apply, and count those that change something', async () => {
    const read = async () => (await api.client.call('GET', '/v1/collections/default')).json;
    const fingerprintKey = expect.any(String) as string;
    expect(await read()).toEqual({
      name: 'default',
      generation: 0,
      endingSoon: [],
      rootDigest: null,
      deviating: 0,
      directoryTokensDue: [],
      fingerprintKey,
    });
    await api.client.apply(two());
    const after = await read();
    expect(mistakes('Collection', after)).toEqual([]);
    const rootDigest = expect.stringMatching(/^[0-9a-f]{64}$/) as string;
    expect(after).toEqual({
      name: 'default',
      generation: 1,
      endingSoon: [],
      rootDigest,
      deviating: 0,
      directoryTokensDue: [],
      fingerprintKey,
    });
    await api.client.apply(two());
    expect(await read()).toEqual(after);
  });

  it('tell which files have to be read', async () => {
    await api.client.apply(two());
    const files = [
      { path: 'acme.yaml', digest: digestOf(organization('acme')) },
      { path: 'initech.yaml', digest: 'f'.repeat(64) },
    ];
    const { json } = await api.client.call('POST', '/v1/collections/default/compare', { files });
    expect(mistakes('Comparison', json)).toEqual([]);
    expect(json).toEqual({ changed: ['initech.yaml'], removed: ['globex.yaml'] });
  });

  it('keep files that were not sent, since they did not change', async () => {
    await api.client.apply(two());
    const { files } = two() as { files: { path: string; organizations: string[] }[] };
    const changed = requestOf([organization('acme', { displayName: 'Acme' })]) as { files: object[] };
    const unsent = { ...files.find(({ path }) => path === 'globex.yaml'), organizations: [] };
    const request = { ...changed, files: [...changed.files, unsent], unchangedFiles: ['globex.yaml'], prune: true };
    const { json } = await api.client.apply(request);
    expect(json.applied).toEqual([{ organization: 'acme', revision: 2 }]);
    expect((await api.client.call('GET', '/v1/organizations/globex')).json).toMatchObject({ collection: 'default' });
  });
});
