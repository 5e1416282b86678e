import { actor, afterFirst, CREATE, decideBy, organizationRows, startInTurn, userBody } from '../testing/directory.ts';
import { connected, document, METADATA_XML, OKTA, useTestDatabase } from '../testing/fixture.ts';
import { directoryContradictions, seedOrganization } from '../testing/index.ts';
import type { ResourceBody } from '@rolecall/scim';
import { asClient } from '../audit/clients.ts';
import type { DirectoryUserState } from '../stores.ts';

const test = useTestDatabase();
const directory = () => test.current.database.directory;
const HOW = { brake: undefined };
let org: string;
let named = 0;

beforeEach(async () => {
  named += 1;
  org = (await seedOrganization(test.current.database, document(`r${named}`, OKTA), { metadataXml: METADATA_XML })).id;
});

const rows = <T extends object>(sql: string) => organizationRows<T>(test.current.url, org, sql);
const expectConsistent = async () =>
  expect(await connected(test.current.ownerUrl, directoryContradictions)).toEqual([]);

async function users(count: number, title?: string): Promise<DirectoryUserState[]> {
  return Promise.all(
    Array.from({ length: count }, async (_, n) => {
      const body = userBody(`${title ?? 'u'}${n}`, title === undefined ? {} : { title });
      const made = await directory().createUser(org, body, CREATE, decideBy(), actor());
      if (made.outcome !== 'created') throw new Error(made.outcome);
      return (await directory().userState(org, made.user.userId))!;
    }),
  );
}

const change = (was: DirectoryUserState, more: ResourceBody, decide = decideBy()) =>
  directory().replaceUser(org, was, { ...was.body, ...more }, HOW, decide, actor());

async function atOnce(first: DirectoryUserState, others: readonly (() => ReturnType<typeof change>)[]) {
  const all = await afterFirst(test.current.ownerUrl, org, () => change(first, { title: 'first' }), others);
  return all.map((each) => (each.status === 'fulfilled' ? each.value.outcome : String(each.reason)));
}

describe('users who are changed at one moment', () => {
  it('are written together, each with all that belongs to it', async () => {
    const [first, ...others] = await users(20);
    const outcomes = await atOnce(
      first!,
      others.map((was, n) => () => asClient(`192.0.2.${n}`, () => change(was, { title: `t${n}` }))),
    );
    expect(new Set(outcomes)).toEqual(new Set(['replaced']));
    const goes = await rows('select count(*)::integer as users from directory_users group by xmin::text order by 1');
    expect(goes).toEqual([{ users: 1 }, { users: 3 }, { users: 16 }]);
    const told = await rows<{ address: string; types: string[]; title: string; roles: string[] }>(`
      select host(o.address) as address, array_agg(a.type order by a.seq) as types, d.body->>'title' as title, d.version::integer,
        (select array_agg(g.role) from grants g where g.org_id = d.org_id and g.user_id = d.user_id) as roles
      from directory_users d join audit_events a on a.org_id = d.org_id and a.subject = d.user_id::text
      join audit_origins o on o.org_id = a.org_id and o.digest = a.origin
      group by d.org_id, d.user_id, 1 order by length(d.body->>'title'), 3`);
    const types = ['user.updated', 'grants.changed'];
    expect(told).toEqual(
      others.map((_, n) => ({ address: `192.0.2.${n}`, types, title: `t${n}`, version: 2, roles: [`t${n}`] })),
    );
    await expectConsistent();
  });

  it('are never overwritten: of two changes of one user the second is told that it changed', async () => {
    const [first, eve] = await users(2);
    const both = ['a', 'b'].map((title) => () => change(eve!, { title }));
    expect(await atOnce(first!, both)).toEqual(['replaced', 'replaced', 'changed_meanwhile']);
    expect(await directory().userState(org, eve!.userId)).toMatchObject({ body: { title: 'a' }, meta: { version: 2 } });
    await expectConsistent();
  });

  it('never all lose sso_admin: the last one is held', async () => {
    const [first] = await users(1);
    const [one, two] = await users(2, 'sso_admin');
    const both = [one!, two!].map((was) => () => change(was, { title: 'x' }));
    expect(await atOnce(first!, both)).toEqual(['replaced', 'replaced', 'held']);
    await expectConsistent();
  });

  it('do not wait for one whom somebody else changes, who is written when that ends', async () => {
    const [first, locked, ...others] = await users(6);
    await connected(test.current.ownerUrl, async (holder) => {
      await holder.query('begin');
      await holder.query('select from users where org_id = $1 and user_id = $2 for update', [org, locked!.userId]);
      const [waiting] = await startInTurn(test.current.ownerUrl, [() => change(locked!, { title: 'late' })]);
      const outcomes = await atOnce(
        first!,
        others.map((was) => () => change(was, { title: 'x' })),
      );
      expect(outcomes).toEqual(Array(5).fill('replaced'));
      await holder.query('rollback');
      expect(await waiting).toMatchObject({ outcome: 'replaced', changed: true });
    });
    await expectConsistent();
  });

  it('go by themselves when they change names or addresses, or come and go', async () => {
    const [first, a, b, c, d] = await users(5);
    const outcomes = await atOnce(first!, [
      () => change(a!, { userName: 'u0' }),
      () => change(b!, { emails: [{ value: 'new@acme.example' }] }),
      () => change(c!, { active: false }),
      () => change(d!, { title: 'x' }),
    ]);
    expect(outcomes).toEqual(['replaced', 'conflict', 'replaced', 'replaced', 'replaced']);
    const goes = await rows('select count(*)::integer as users from directory_users group by xmin::text order by 1');
    expect(goes).toHaveLength(5);
    await expectConsistent();
  });

  it('are decided anew, all of them, when the rules were replaced', async () => {
    const all = await users(3);
    const ahead = all.map((was) => change({ ...was, revision: 2 }, { title: 'x' }, decideBy(2)));
    for (const each of await Promise.allSettled(ahead))
      expect(each).toMatchObject({ reason: { code: 'stale_revision' } });
    expect(await rows("select from directory_users where body->>'title' = 'x'")).toEqual([]);
    await expectConsistent();
  });

  it('are read together, each what it is', async () => {
    const all = await users(20);
    const unknown = '018f0000-0000-7000-8000-000000000000';
    const ids = [...all.map(({ userId }) => userId), unknown, all[0]!.userId, 'eve'];
    const read = await Promise.all(ids.map((id) => directory().userState(org, id)));
    expect(read).toEqual([...all, undefined, all[0], undefined]);
  });
});
