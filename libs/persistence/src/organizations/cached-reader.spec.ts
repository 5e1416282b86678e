import { CachedOrganizationReader } from './cached-reader.ts';
import type { OrganizationSource } from './cached-reader.ts';
import type { OrganizationSnapshot } from '../stores.ts';
import { document } from '../testing/fixture.ts';

const snapshot = (revision: number): OrganizationSnapshot => ({
  organizationId: 'id-1',
  name: 'acme',
  revision,
  runtimeVersion: 0,
  document: document('acme'),
  emailDomains: [],
  identityProviders: new Map(),
  applicationSecrets: new Map(),
});

/** A source that counts and whose loads can be held back. */
class Source implements OrganizationSource {
  loads = 0;
  routes = 0;
  revision = 1;
  fails = false;
  hold: Promise<void> = Promise.resolve();

  async routeName(name: string) {
    this.routes += 1;
    return name === 'acme' ? 'id-1' : undefined;
  }
  async routeEmailDomain(domain: string) {
    this.routes += 1;
    return domain === 'acme.example' ? 'id-1' : undefined;
  }
  async routeIssuer() {
    return undefined;
  }
  async load(_id: string, previous: OrganizationSnapshot | undefined) {
    this.loads += 1;
    const { revision } = this;
    await this.hold;
    if (this.fails) throw new Error('database away');
    return previous?.revision === revision ? previous : snapshot(revision);
  }
}

let source: Source;
let now: number;
let reader: CachedOrganizationReader;
beforeEach(() => {
  source = new Source();
  now = 0;
  reader = new CachedOrganizationReader(source, () => now);
});

it('asks the database once for many callers, by name, by domain and by id', async () => {
  const found = await Promise.all([
    reader.byName('acme'),
    reader.byName('acme'),
    reader.byEmailDomain('acme.example'),
    reader.byId('id-1'),
  ]);
  expect(new Set(found).size).toBe(1);
  expect([source.loads, source.routes]).toEqual([1, 2]);
});

it('remembers that there is no such name, too', async () => {
  expect(await reader.byName('nobody')).toBeUndefined();
  expect(await reader.byName('nobody')).toBeUndefined();
  expect([source.loads, source.routes]).toEqual([0, 1]);
});

it('asks again after 30 seconds, and keeps the object when nothing changed', async () => {
  const first = await reader.byName('acme');
  now = 29_999;
  await reader.byName('acme');
  expect(source.loads).toBe(1);
  now = 30_000;
  expect(await reader.byName('acme')).toBe(first);
  expect([source.loads, source.routes]).toEqual([2, 2]);
  now = 60_000;
  source.revision = 2;
  expect((await reader.byName('acme'))?.revision).toBe(2);
});

it('drops what it is told to forget', async () => {
  await reader.byName('acme');
  source.revision = 2;
  reader.forget('id-1');
  expect((await reader.byName('acme'))?.revision).toBe(2);
  source.revision = 3;
  reader.forgetAll();
  expect((await reader.byName('acme'))?.revision).toBe(3);
});

it('keeps the object when what it was told to forget had not changed', async () => {
  const first = await reader.byName('acme');
  reader.forget('id-1');
  expect(await reader.byName('acme')).toBe(first);
  reader.forgetAll();
  expect(await reader.byName('acme')).toBe(first);
  expect(source.loads).toBe(3);
});

it('does not keep what was being read when it changed', async () => {
  let release: () => void = () => undefined;
  source.hold = new Promise((resolve) => (release = resolve));
  const slow = reader.byId('id-1');
  await Promise.resolve();
  await Promise.resolve();
  source.revision = 2;
  reader.forget('id-1');
  release();
  expect((await slow)?.revision).toBe(1);
  expect((await reader.byId('id-1'))?.revision).toBe(2);
});

it('does not keep an error, and recovers from one after an entry ran out', async () => {
  source.fails = true;
  await expect(reader.byName('acme')).rejects.toThrow('database away');
  source.fails = false;
  expect((await reader.byName('acme'))?.revision).toBe(1);
  now = 30_000;
  source.fails = true;
  await expect(reader.byName('acme')).rejects.toThrow('database away');
  source.fails = false;
  expect((await reader.byName('acme'))?.revision).toBe(1);
});

it('stays small, whatever names are guessed', async () => {
  for (let n = 0; n < 20_001; n += 1) await reader.byName(`guess-${n}`);
  await reader.byName('guess-20000');
  expect(source.routes).toBe(20_001);
  await reader.byName('guess-0');
  expect(source.routes).toBe(20_002);
});
