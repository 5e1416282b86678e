import pg from 'pg';
import type { RevisionOrigin } from '@rolecall/reconcile';
import { openDatabase } from '../database.ts';
import type { Database } from '../database.ts';
import { connected, document, METADATA_XML, NOW, OKTA, useTestDatabase } from '../testing/fixture.ts';
import { seedOrganization } from '../testing/index.ts';
import { liveDocuments } from './live-documents.ts';

const test = useTestDatabase();
const ORIGIN: RevisionOrigin = { actor: 'ci', file: 'acme.yaml', commit: 'abc' };
const DOMAINS = (...domains: string[]) => ({
  ...OKTA,
  emailDomains: Object.fromEntries(domains.map((domain) => [domain, { verification: 'asserted' as const }])),
});

const seed = (name: string, spec = OKTA, previously?: string[]) =>
  seedOrganization(test.current.database, document(name, spec, previously), { metadataXml: METADATA_XML });
const reconciling = () => test.current.database.reconcileState({ actor: 'ci', now: NOW });

function revise(id: string, base: number, changed: ReturnType<typeof document>): Promise<unknown> {
  const revision = { document: changed, digest: `d${base}`, origin: ORIGIN, identityProviders: {} };
  return reconciling().transaction('commit', (state) => state.addRevision(id, base, revision));
}

/** Asks until the answer is there; notifications take a moment. */
async function eventually<T>(ask: () => Promise<T>, wanted: (answer: T) => boolean): Promise<T> {
  const end = Date.now() + 10_000;
  for (;;) {
    const answer = await ask();
    if (wanted(answer) || Date.now() > end) return answer;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe('the reader', () => {
  it('finds an organization by name, previous name, e-mail domain and id', async () => {
    const { id } = await seed('acme', DOMAINS('acme.example'), ['acme-corp']);
    const { organizations } = test.current.database;
    const found = await organizations.byId(id);
    expect(found).toMatchObject({ organizationId: id, name: 'acme', revision: 1, document: { kind: 'Organization' } });
    expect(found?.identityProviders.get('okta')).toEqual({ metadataXml: METADATA_XML, serviceProviderKeys: [] });
    expect(await organizations.byName('acme')).toBe(found);
    expect(await organizations.byName('acme-corp')).toBe(found);
    expect(await organizations.byEmailDomain('acme.example')).toBe(found);
    expect(await organizations.byName('unknown')).toBeUndefined();
    expect(await organizations.byName('ac\0me')).toBeUndefined();
    expect(await organizations.byEmailDomain('example')).toBeUndefined();
  });

  it('frees names and domains that the document no longer has', async () => {
    const { id } = await seed('freed', DOMAINS('freed.example'), ['freed-corp']);
    const { organizations } = test.current.database;
    await revise(id, 1, document('freed', OKTA));
    expect(
      await eventually(
        () => organizations.byName('freed-corp'),
        (it) => it === undefined,
      ),
    ).toBeUndefined();
    expect(await organizations.byEmailDomain('freed.example')).toBeUndefined();
  });

  it('hears of a change that another process made', async () => {
    const { id } = await seed('heard');
    const other = await openDatabase({ url: test.current.url, masterKey: test.current.masterKey, poolSize: 2 });
    expect((await other.organizations.byName('heard'))?.revision).toBe(1);
    await revise(id, 1, document('heard', { displayName: 'Heard' }));
    const heard = await eventually(
      () => other.organizations.byName('heard'),
      (it) => it?.revision === 2,
    );
    await other.close();
    expect(heard).toMatchObject({ revision: 2, document: { spec: { displayName: 'Heard' } } });
  });

  it('listens again after its connection was cut, and drops what it may have missed', async () => {
    const { id } = await seed('cut');
    const other = await openDatabase({
      url: test.current.url,
      masterKey: test.current.masterKey,
      applicationName: 'cut-off',
      poolSize: 2,
    });
    await other.organizations.byName('cut');
    await connected(test.current.ownerUrl, (owner) =>
      owner.query(`select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'cut-off%'`),
    );
    await revise(id, 1, document('cut', { displayName: 'missed' }));
    const read = () => other.organizations.byName('cut').catch(() => undefined);
    expect((await eventually(read, (it) => it?.revision === 2))?.revision).toBe(2);
    await revise(id, 2, document('cut', { displayName: 'heard' }));
    expect((await eventually(read, (it) => it?.revision === 3))?.revision).toBe(3);
    await other.close();
  });

  it('is read anew after a decision by old rules was refused, also when no notification comes', async () => {
    const { id } = await seed('stale');
    const { url, masterKey } = test.current;
    const other = await openDatabase({ url, masterKey, applicationName: 'deaf', poolSize: 2 });
    await other.organizations.byId(id);
    await connected(test.current.ownerUrl, (owner) =>
      owner.query(`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'deaf-listen'`),
    );
    await revise(id, 1, document('stale', { displayName: 'new rules' }));
    const userId = '00000000-0000-7000-8000-000000000000';
    const refused = other.inOrganization(id, (tx) => tx.replaceGrants(userId, 1, [], [], NOW));
    await expect(refused).rejects.toMatchObject({ code: 'stale_revision' });
    expect((await other.organizations.byId(id))?.revision).toBe(2);
    await other.close();
  });
});

describe('the registry', () => {
  let own: Database;
  beforeAll(() => {
    own = test.current.database;
  });

  it('lists organizations by name, page by page', async () => {
    for (const name of ['zz-1', 'zz-2', 'zz-3']) await seed(name);
    const first = await own.registry.list('zz-', 2);
    expect(first.organizations.map((it) => it.name)).toEqual(['zz-1', 'zz-2']);
    expect(first.nextCursor).toBe('zz-2');
    const second = await own.registry.list(first.nextCursor, 2);
    expect(second).toMatchObject({ organizations: [{ name: 'zz-3', revision: 1, collection: 'default' }] });
    expect(second.nextCursor).toBeUndefined();
    expect((await own.registry.list(undefined, 1)).organizations).toHaveLength(1);
  });

  it('has the live revision with who and when', async () => {
    const { id } = await seed('recorded');
    const changed = document('recorded', { displayName: 'Recorded' });
    await revise(id, 1, changed);
    expect(await own.registry.record('recorded')).toEqual({
      name: 'recorded',
      organizationId: id,
      collection: 'default',
      revision: 2,
      digest: 'd1',
      document: changed,
      appliedAt: NOW,
      appliedBy: 'ci',
    });
    expect(await own.registry.record('unknown')).toBeUndefined();
  });

  it('lists documents, as many as are large enough together, and nothing of who is gone', async () => {
    const names = ['doc-a', 'doc-b', 'doc-c'];
    const ids = await Promise.all(names.map(async (name) => (await seed(name)).id));
    const pool = new pg.Pool({ connectionString: test.current.url, max: 1, pipeline: true });
    try {
      const { documents, asked } = await liveDocuments(pool, ids, { atOnce: 2, bytes: 1 });
      expect(asked).toBe(2);
      expect([...documents.values()].map(({ document: { metadata } }) => metadata.name)).toEqual(['doc-a', 'doc-b']);
      const gone = '00000000-0000-4000-8000-000000000000';
      const all = await liveDocuments(pool, [gone, ...ids]);
      expect([all.asked, [...all.documents.keys()]]).toEqual([4, ids]);
    } finally {
      await pool.end();
    }
  });

  it('pages through documents', async () => {
    const { registry } = test.current.database;
    for (const name of ['page-a', 'page-b']) await seed(name);
    const first = await registry.documents(undefined, 1, ['page-*']);
    expect(first.organizations.map(({ name, document: { metadata } }) => [name, metadata.name])).toEqual([
      ['page-a', 'page-a'],
    ]);
    const second = await registry.documents(first.nextCursor, 1, ['page-*']);
    expect([second.organizations.map(({ name }) => name), second.nextCursor]).toEqual([['page-b'], undefined]);
    expect(await registry.documents(undefined, 1, [])).toEqual({ organizations: [], nextCursor: undefined });
  });
});

describe('collections', () => {
  it('tell which files changed and which are gone', async () => {
    const { collections } = test.current.database;
    const file = (path: string, digest: string) => ({ path, digest, organizations: [] });
    const files = [file('a.yaml', '1'), file('b.yaml', '1'), file('c.yaml', '1')];
    expect(await collections.compare('fresh', files)).toEqual({ changed: ['a.yaml', 'b.yaml', 'c.yaml'], removed: [] });
    await reconciling().transaction('commit', (state) => state.saveFileDigests('fresh', files));
    expect(await collections.compare('fresh', files)).toEqual({ changed: [], removed: [] });
    const next = [file('a.yaml', '1'), file('b.yaml', '2'), file('d.yaml', '1')];
    expect(await collections.compare('fresh', next)).toEqual({ changed: ['b.yaml', 'd.yaml'], removed: ['c.yaml'] });
    expect(await collections.state('fresh')).toMatchObject({ name: 'fresh', generation: 0 });
    expect(await collections.state('unknown')).toEqual({ name: 'unknown', generation: 0, deviating: 0 });
  });
});
