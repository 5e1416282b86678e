import { actor, afterFirst, CREATE, decideBy, organizationRows, startInTurn, userBody } from '../testing/directory.ts';
import { connected, document, later, METADATA_XML, OKTA, poolOf, useTestDatabase } from '../testing/fixture.ts';
import { directoryContradictions, seedOrganization } from '../testing/index.ts';
import { asClient } from '../audit/clients.ts';
import type { CreateHow, DecideAccess, DirectoryStore } from '../stores.ts';
import { directoryStore } from './directory-store.ts';

const test = useTestDatabase();
const directory = () => test.current.database.directory;
let org: string;
let named = 0;

beforeEach(async () => {
  named += 1;
  const spec = { ...OKTA, emailDomains: { [`c${named}.example`]: { verification: 'asserted' as const } } };
  org = (await seedOrganization(test.current.database, document(`c${named}`, spec), { metadataXml: METADATA_XML })).id;
  await create('somebody'); // so that the audit log has a head to wait for
});

const rows = <T extends object>(sql: string) => organizationRows<T>(test.current.url, org, sql);
const create = (name: string, how: Partial<CreateHow> = {}, decide = decideBy(), at?: Date) =>
  directory().createUser(org, userBody(name, { title: 'member' }), { ...CREATE, ...how }, decide, actor(at));

const atOnce = <T>(first: () => Promise<T>, others: readonly (() => Promise<T>)[]) =>
  afterFirst(test.current.ownerUrl, org, first, others);

const outcomesOf = (all: readonly PromiseSettledResult<{ readonly outcome: string }>[]) =>
  all.map((each) => (each.status === 'fulfilled' ? each.value.outcome : String(each.reason)));
const goes = () => rows('select count(*)::integer as users from directory_users group by xmin::text order by users');
const expectConsistent = async () =>
  expect(await connected(test.current.ownerUrl, directoryContradictions)).toEqual([]);

describe('users who are created at one moment', () => {
  it('come together, each with all that belongs to it', async () => {
    const names = Array.from({ length: 19 }, (_, n) => `u${n}`);
    const all = await atOnce(
      () => create('first'),
      names.map((name, n) => () => asClient(`192.0.2.${n}`, () => create(name))),
    );
    expect(new Set(outcomesOf(all))).toEqual(new Set(['created']));
    expect(await goes()).toEqual([{ users: 1 }, { users: 1 }, { users: 3 }, { users: 16 }]);
    expect(await directory().counts(org)).toEqual({ users: 21, activeUsers: 21, groups: 0 });
    expect(await rows("select from grants where role = 'member'")).toHaveLength(21);
    expect(await rows("select from identities where identity_provider = '@directory'")).toHaveLength(21);
    const told = await rows<{ name: string; address: string | null; types: string[] }>(`
      select d.user_name as name, host(o.address) as address, array_agg(a.type order by a.seq) as types
      from directory_users d join audit_events a on a.org_id = d.org_id and a.subject = d.user_id::text
      left join audit_origins o on o.org_id = a.org_id and o.digest = a.origin
      group by 1, 2 order by 1`);
    const types = ['user.created', 'grants.changed'];
    const expected = names.map((name, n) => ({ name, address: `192.0.2.${n}`, types }));
    expect(told).toEqual(
      [...expected, { name: 'first', address: null, types }, { name: 'somebody', address: null, types }].toSorted(
        byName,
      ),
    );
    await expectConsistent();
  });

  it('C3 are one when they have one userName: the first who came', async () => {
    const wanted = ['eve', 'ann', 'EVE', 'eve', 'Ann'];
    const all = await atOnce(
      () => create('first'),
      wanted.map((name) => () => create(name)),
    );
    expect(outcomesOf(all)).toEqual(['created', 'created', 'created', 'conflict', 'conflict', 'conflict']);
    expect(await rows('select user_name from directory_users order by 1')).toMatchObject([
      { user_name: 'ann' },
      { user_name: 'eve' },
      { user_name: 'first' },
      { user_name: 'somebody' },
    ]);
    expect(await directory().counts(org)).toEqual({ users: 4, activeUsers: 4, groups: 0 });
    expect(await rows("select from audit_events where type = 'user.created'")).toHaveLength(4);
    await expectConsistent();
  });

  it('C3 are one at several servers as well, which never wait for each other', async () => {
    const pools = [1, 2, 3, 4].map(() => poolOf(test.current.url, 4));
    const stores = pools.map((pool) => directoryStore(pool, () => undefined));
    const names = Array.from({ length: 12 }, (_, n) => `u${n}`);
    // of each server the first runs alone, and the others together, in another order at each
    const ask = (store: DirectoryStore, name: string) =>
      store.createUser(org, userBody(name), CREATE, decideBy(), actor());
    const all = await connected(test.current.ownerUrl, async (holder) => {
      await holder.query('begin');
      await holder.query('select from audit_heads where org_id = $1 for update', [org]);
      const firsts = await startInTurn(
        test.current.ownerUrl,
        stores.map((store, n) => () => ask(store, `first${n}`)),
      );
      const others = stores.flatMap((store, n) =>
        (n % 2 === 0 ? names : names.toReversed()).map((name) => ask(store, name)),
      );
      await holder.query('rollback');
      return Promise.all([...firsts, ...others]);
    });
    const made = all.filter(({ outcome }) => outcome === 'created');
    expect([made.length, all.length]).toEqual([16, 52]);
    expect(await directory().counts(org)).toEqual({ users: 17, activeUsers: 17, groups: 0 });
    await expectConsistent();
    for (const pool of pools) await pool.end();
  });

  it('whom the directory meets come back or are adopted, beside those who are new', async () => {
    const eve = await create('eve', {}, decideBy(), later(-60));
    if (eve.outcome !== 'created') throw new Error(eve.outcome);
    const was = (await directory().userState(org, eve.user.userId))!;
    await directory().replaceUser(org, was, { ...was.body, active: false }, { brake: undefined }, decideBy(), actor());
    await connected(test.current.ownerUrl, (owner) =>
      owner.query(
        `insert into users (org_id, user_id, email, created_at, updated_at)
         values ($1, gen_random_uuid(), 'bob@acme.example', now(), now())`,
        [org],
      ),
    );
    const all = await atOnce(
      () => create('first'),
      [() => create('new'), () => create('eve'), () => create('bob', { adoptEmail: 'bob@acme.example' })],
    );
    expect(outcomesOf(all)).toEqual(['created', 'created', 'reactivated', 'adopted']);
    expect(await directory().counts(org)).toEqual({ users: 5, activeUsers: 5, groups: 0 });
    await expectConsistent();
  });

  it('fail by themselves: what one cannot be does not keep the others from coming', async () => {
    const broken: DecideAccess = (said) => ({ ...decideBy()(said), profile: { email: 'x\0y' } });
    const all = await atOnce(
      () => create('first'),
      [() => create('a'), () => create('b', {}, broken), () => create('c')],
    );
    expect(outcomesOf(all)).toEqual(['created', 'created', expect.stringContaining('PersistenceError'), 'created']);
    expect(all[2]).toMatchObject({ reason: { code: 'invalid_text' } });
    expect(await directory().counts(org)).toEqual({ users: 4, activeUsers: 4, groups: 0 });
    await expectConsistent();
  });

  it('are decided anew, all of them, when the rules were replaced', async () => {
    const all = await Promise.allSettled(['a', 'b', 'c'].map((name) => create(name, {}, decideBy(2))));
    for (const each of all) expect(each).toMatchObject({ reason: { code: 'stale_revision' } });
    expect(await rows('select from users')).toHaveLength(1);
    expect(await rows("select from audit_events where type = 'user.created'")).toHaveLength(1);
  });
});

const byName = (a: { readonly name: string }, b: { readonly name: string }) => (a.name < b.name ? -1 : 1);
