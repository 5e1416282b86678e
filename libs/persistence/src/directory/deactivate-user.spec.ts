import { actor, afterFirst, CREATE, decideBy, organizationRows, startInTurn, userBody } from '../testing/directory.ts';
import { connected, document, later, METADATA_XML, OKTA, useTestDatabase } from '../testing/fixture.ts';
import { directoryContradictions, seedOrganization } from '../testing/index.ts';
import type { DirectoryBrake } from '../stores.ts';

const test = useTestDatabase();
const directory = () => test.current.database.directory;
const BRAKE: DirectoryBrake = { share: 20, windowSeconds: 3600, atLeast: 2 };
const UNKNOWN = '018f0000-0000-7000-8000-000000000000';
let org: string;
let revision: number;
let named = 0;

beforeEach(async () => {
  named += 1;
  const seeded = await seedOrganization(test.current.database, document(`d${named}`, OKTA), {
    metadataXml: METADATA_XML,
  });
  ({ id: org, revision } = seeded);
});

const expectConsistent = async () =>
  expect(await connected(test.current.ownerUrl, directoryContradictions)).toEqual([]);

async function users(count: number, title?: string): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 0; n < count; n += 1) {
    const body = userBody(`${title ?? 'u'}${n}`, title === undefined ? {} : { title });
    const made = await directory().createUser(org, body, CREATE, decideBy(), actor(later(-3600)));
    if (made.outcome !== 'created') throw new Error(made.outcome);
    ids.push(made.user.userId);
  }
  return ids;
}

const deactivate = (userId: string, brake?: DirectoryBrake) =>
  directory().deactivateUser(org, userId, revision, { brake }, actor());
const rows = <T extends object>(sql: string) => organizationRows<T>(test.current.url, org, sql);

async function atOnce(first: string, others: readonly string[], brake?: DirectoryBrake) {
  const goes = others.map((id) => () => deactivate(id, brake));
  const all = await afterFirst(test.current.ownerUrl, org, () => deactivate(first, brake), goes);
  return all.map((each) => {
    if (each.status === 'rejected') throw each.reason;
    const { value } = each;
    return value.outcome === 'replaced' && !value.changed ? 'unchanged' : value.outcome;
  });
}

describe('users who are switched off at one moment', () => {
  it('go together, each with all that belongs to it', async () => {
    const [first, ...others] = await users(20);
    const outcomes = await atOnce(first!, [...others, others[0]!, UNKNOWN]);
    expect(outcomes).toEqual([...Array<string>(20).fill('replaced'), 'unchanged', 'unknown']);
    expect(await directory().counts(org)).toEqual({ users: 20, activeUsers: 0, groups: 0 });
    const goes = await rows<{ goes: number }>(
      'select count(distinct xmin::text)::integer as goes from offboarding_receipts',
    );
    expect(goes).toEqual([{ goes: 3 }]);
    expect(await rows('select user_id from offboarding_receipts order by user_id')).toHaveLength(20);
    const events = await rows<{ subject: string; type: string; data: { receipt?: string } }>(
      `select subject, type, data from audit_events where type in ('user.updated', 'user.deactivated') order by seq`,
    );
    expect(events.map(({ subject }) => subject).toSorted()).toEqual(
      [first!, ...others].flatMap((id) => [id, id]).toSorted(),
    );
    for (const [at, { subject, type }] of events.entries()) {
      expect(type).toBe(at % 2 === 0 ? 'user.updated' : 'user.deactivated');
      expect(subject).toBe(events[at - (at % 2)]?.subject);
    }
    const told = await rows(
      "select receipt_id from offboarding_receipts r where not exists (select from audit_events a where a.org_id = r.org_id and a.subject = r.user_id::text and a.data->>'receipt' = r.receipt_id::text)",
    );
    expect(told).toEqual([]);
    await expectConsistent();
  });

  it('are counted by the brake one after the other: no more go than one by one', async () => {
    const [first, ...others] = await users(20);
    const outcomes = await atOnce(first!, others, BRAKE);
    expect(outcomes.filter((outcome) => outcome === 'replaced')).toHaveLength(4);
    expect(outcomes.filter((outcome) => outcome === 'to_decide')).toHaveLength(16);
    expect(await directory().counts(org)).toMatchObject({ activeUsers: 16 });
    await expectConsistent();
  });

  it('never are the last two who hold sso_admin', async () => {
    const [other] = await users(1);
    const [one, two] = await users(2, 'sso_admin');
    expect(await atOnce(other!, [one!, two!])).toEqual(['replaced', 'replaced', 'to_decide']);
    await expectConsistent();
  });

  it('do not wait for one whom somebody else changes, who goes when that ends', async () => {
    const [first, locked, ...others] = await users(6);
    await connected(test.current.ownerUrl, async (holder) => {
      await holder.query('begin');
      await holder.query('select from users where org_id = $1 and user_id = $2 for update', [org, locked]);
      const [waiting] = await startInTurn(test.current.ownerUrl, [() => deactivate(locked!)]);
      expect(await atOnce(first!, others)).toEqual(Array(5).fill('replaced'));
      expect(await directory().counts(org)).toMatchObject({ activeUsers: 1 });
      await holder.query('rollback');
      expect(await waiting).toMatchObject({ outcome: 'replaced', changed: true });
    });
  });

  it('all go the long way when the rules were replaced', async () => {
    const [first, ...others] = await users(3);
    revision += 1;
    const all = await Promise.allSettled([first!, ...others].map((id) => deactivate(id)));
    for (const each of all) expect(each).toMatchObject({ reason: { code: 'stale_revision' } });
    expect(await directory().counts(org)).toMatchObject({ activeUsers: 3 });
    await expectConsistent();
  });
});
