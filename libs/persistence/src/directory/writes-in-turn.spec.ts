import { actor, CREATE, decideBy, GROUPS, startInTurn, userBody } from '../testing/directory.ts';
import { connected, document, METADATA_XML, OKTA } from '../testing/fixture.ts';
import { seedOrganization, testDatabase } from '../testing/index.ts';
import type { TestDatabase } from '../testing/index.ts';

let test: TestDatabase;
beforeAll(async () => void (test = await testDatabase({ poolSize: 10 })));
afterAll(() => test.drop());

const seeded = async (name: string) =>
  (await seedOrganization(test.database, document(name, OKTA), { metadataXml: METADATA_XML })).id;

it('writes of one organization that wait for a group leave connections to others, and are all done in the end', async () => {
  const { directory } = test.database;
  const [acme, globex] = [await seeded('acme'), await seeded('globex')];
  const made = await directory.createGroup(acme, { displayName: 'A' }, [], GROUPS, decideBy(), actor());
  const groupId = 'group' in made ? made.group.groupId : '';
  const rename = (n: number) => {
    const change = { body: { displayName: `A${n}` } };
    return directory.changeGroup(acme, groupId, change, undefined, GROUPS, decideBy(), actor());
  };
  const changes = await connected(test.ownerUrl, async (holder) => {
    await holder.query('begin');
    await holder.query('select pg_advisory_xact_lock(hashtextextended($1 || $2, 0))', [acme, groupId]);
    const running = await startInTurn(
      test.ownerUrl,
      [0, 1, 2, 3].map((n) => () => rename(n)),
    );
    const waiting = Array.from({ length: 16 }, (_, n) => rename(4 + n));
    const other = await directory.createUser(globex, userBody('eve'), CREATE, decideBy(), actor());
    expect(other).toMatchObject({ outcome: 'created' });
    await holder.query('rollback');
    return [...running, ...waiting];
  });
  const outcomes = (await Promise.all(changes)).map(({ outcome }) => outcome);
  expect(new Set(outcomes)).toEqual(new Set(['changed']));
});

it('a write gives its connection back when a lock takes too long', async () => {
  const { rows } = await connected(test.ownerUrl, (owner) =>
    owner.query<{ proname: string }>(`
      select proname from pg_proc
      where proname ~ '^directory_(create_users|adopt_user|replace_users|delete_user|change_group|deactivate_users|store_access|finish_group)$'
        and not coalesce(proconfig @> array['lock_timeout=10s'], false)`),
  );
  expect(rows).toEqual([]);
});
