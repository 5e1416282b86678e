import type { OrganizationSpec } from '@rolecall/org-config';
import type { CheckedDomain, DomainClaim, DomainVerification } from '../stores.ts';
import { connected, document, later, NOW, useTestDatabase } from '../testing/fixture.ts';
import { seedOrganization } from '../testing/index.ts';

const test = useTestDatabase();
const ACTOR = { kind: 'system', id: 'admin-api' } as const;
const DUE = later(3600);
const proved: CheckedDomain = {
  verifiedAt: NOW,
  failingSince: undefined,
  error: undefined,
  dueAt: DUE,
  event: 'domain.verified',
};
const lost: CheckedDomain = {
  verifiedAt: undefined,
  failingSince: NOW,
  error: 'record_missing',
  dueAt: DUE,
  event: 'domain.lost',
};
const judge = (_: DomainClaim, isFree: boolean): CheckedDomain =>
  isFree ? proved : { ...lost, error: 'email_domain_taken', event: 'domain.refused' };

const spec = (domains: Record<string, DomainVerification>): OrganizationSpec => ({
  emailDomains: Object.fromEntries(Object.entries(domains).map(([domain, verification]) => [domain, { verification }])),
});
const seed = async (name: string, domains: Record<string, DomainVerification>) =>
  (await seedOrganization(test.current.database, document(name, spec(domains)), {})).id;
const domains = () => test.current.database.domains;
const routed = async (domain: string) =>
  (await test.current.database.organizations.byEmailDomain(domain))?.organizationId;

async function record(organizationId: string, domain: string, as = judge): Promise<DomainClaim | undefined> {
  const { token = '' } = (await domains().find(organizationId, domain)) ?? {};
  return domains().record({ organizationId, domain, token, actor: ACTOR, now: NOW }, as);
}

async function revise(
  organizationId: string,
  name: string,
  base: number,
  to: Record<string, DomainVerification>,
  now = NOW,
) {
  const revision = {
    document: document(name, spec(to)),
    digest: `${name}${base}`,
    origin: { actor: 'ci' },
    identityProviders: {},
  };
  const store = test.current.database.reconcileState({ actor: 'ci', now });
  await store.transaction('commit', (state) => state.addRevision(organizationId, base, revision));
}

/** Notifications take a moment. */
async function eventually<T>(ask: () => Promise<T>, wanted: T): Promise<T> {
  const end = Date.now() + 10_000;
  for (;;) {
    const answer = await ask();
    if (answer === wanted || Date.now() > end) return answer;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

it('keeps a claim with a token of its own, which routes nobody before it is proved', async () => {
  const [one, two] = [await seed('one', { 'one.example': 'dns' }), await seed('two', { 'one.example': 'dns' })];
  const claims = [await domains().find(one, 'one.example'), await domains().find(two, 'one.example')];
  expect(claims[0]).toEqual({
    domain: 'one.example',
    verification: 'dns',
    token: expect.stringMatching(/^[0-9a-f]{40}$/),
    claimedAt: expect.any(Date),
  });
  expect(claims[0]?.token).not.toBe(claims[1]?.token);
  expect(await routed('one.example')).toBeUndefined();
  expect((await test.current.database.organizations.byId(one))?.emailDomains).toEqual([]);
});

it('routes whom a proof is of, tells every process, and ends that with the proof', async () => {
  const id = await seed('acme', { 'acme.example': 'dns' });
  expect(await routed('acme.example')).toBeUndefined();
  expect(await record(id, 'acme.example')).toMatchObject({ verifiedAt: NOW, checkedAt: NOW, error: undefined });
  expect(await eventually(() => routed('acme.example'), id)).toBe(id);
  expect((await test.current.database.organizations.byId(id))?.emailDomains).toEqual(['acme.example']);
  await record(id, 'acme.example', () => lost);
  expect(await eventually(() => routed('acme.example'), undefined)).toBeUndefined();
  const events = await test.current.database.inOrganization(id, (tx) => tx.auditTrail(0, 10));
  expect(events.map(({ type, subject, data }) => [type, subject, data])).toEqual([
    ['domain.verified', 'acme.example', {}],
    ['domain.lost', 'acme.example', { error: 'record_missing' }],
  ]);
});

it('gives a domain to nobody else while somebody has it, by a proof or by word', async () => {
  const first = await seed('first', { 'shared.example': 'dns' });
  const second = await seed('second', { 'shared.example': 'dns', 'vouched.example': 'dns' });
  await seed('third', { 'vouched.example': 'asserted' });
  await record(first, 'shared.example');
  expect(await record(second, 'shared.example')).toMatchObject({ verifiedAt: undefined, error: 'email_domain_taken' });
  expect(await record(second, 'vouched.example')).toMatchObject({ error: 'email_domain_taken' });
  expect(await eventually(() => routed('shared.example'), first)).toBe(first);
  await record(first, 'shared.example', () => lost);
  expect(await record(second, 'shared.example')).toMatchObject({ verifiedAt: NOW });
  expect(await eventually(() => routed('shared.example'), second)).toBe(second);
});

it('gives it to one of two that prove it at the same moment', async () => {
  const ids = await Promise.all(['left', 'right'].map((name) => seed(name, { 'race.example': 'dns' })));
  const recorded = await Promise.all(ids.map((id) => record(id, 'race.example')));
  expect(new Set(recorded.map((claim) => claim?.error))).toEqual(new Set(['email_domain_taken', undefined]));
});

it('is too late for a domain that another organization takes while DNS says yes', async () => {
  const [late, early] = [await seed('late', { 'late.example': 'dns' }), await seed('early', { 'late.example': 'dns' })];
  await connected(test.current.ownerUrl, async (owner) => {
    await owner.query('begin');
    await owner.query(`insert into email_domains (domain, org_id, verification) values ('late.example', $1, 'dns')`, [
      early,
    ]);
    const recording = record(late, 'late.example');
    const waiting = `select exists (select from pg_stat_activity where wait_event_type = 'Lock' and query like '%email_domains%'
      and datname = current_database()) as waits`;
    await connected(test.current.ownerUrl, async (watcher) => {
      const waits = async () => (await watcher.query<{ waits: boolean }>(waiting)).rows[0]?.waits === true;
      expect(await eventually(waits, true)).toBe(true);
    });
    await owner.query('commit');
    expect(await recording).toMatchObject({ verifiedAt: undefined, error: 'email_domain_taken' });
  });
  expect(await eventually(() => routed('late.example'), early)).toBe(early);
});

it('lets nobody vouch for what another organization has proved', async () => {
  const owner = await seed('owner', { 'owned.example': 'dns' });
  await record(owner, 'owned.example');
  await expect(seed('thief', { 'owned.example': 'asserted' })).rejects.toMatchObject({ code: 'email_domain_taken' });
});

it('records nothing for a claim that was given up, or given up and made again', async () => {
  const id = await seed('gone', { 'gone.example': 'dns' });
  const { token = '' } = (await domains().find(id, 'gone.example')) ?? {};
  await revise(id, 'gone', 1, {});
  await revise(id, 'gone', 2, { 'gone.example': 'dns' });
  const at = { organizationId: id, domain: 'gone.example', token, actor: ACTOR, now: NOW };
  expect(await domains().record(at, judge)).toBeUndefined();
  expect(await routed('gone.example')).toBeUndefined();
});

it('keeps the token and a fresh proof when `asserted` becomes `dns`, and an old one not', async () => {
  const id = await seed('moves', { 'fresh.example': 'asserted', 'old.example': 'asserted' });
  const before = await domains().list(id);
  await record(id, 'fresh.example');
  const { token = '' } = (await domains().find(id, 'old.example')) ?? {};
  const longAgo = later(-8 * 86_400);
  await domains().record({ organizationId: id, domain: 'old.example', token, actor: ACTOR, now: longAgo }, judge);
  await revise(id, 'moves', 1, { 'fresh.example': 'dns', 'old.example': 'dns' });
  expect((await domains().list(id)).map((claim) => claim.token)).toEqual(before.map((claim) => claim.token));
  expect(await eventually(() => routed('old.example'), undefined)).toBeUndefined();
  expect(await routed('fresh.example')).toBe(id);
  await revise(id, 'moves', 2, { 'fresh.example': 'asserted', 'old.example': 'asserted' });
  expect(await eventually(() => routed('old.example'), id)).toBe(id);
});

it('hands each check that is due to one replica, until its lease ends', async () => {
  await test.current.database.domains.takeDue({ now: later(1e8), leasedUntil: later(2e8), limit: 1000 });
  const id = await seed('due', { 'a.due.example': 'dns', 'b.due.example': 'dns', 'c.due.example': 'asserted' });
  const now = new Date();
  const take = (at: Date) => domains().takeDue({ now: at, leasedUntil: new Date(at.getTime() + 60_000), limit: 10 });
  const taken = (await Promise.all([take(now), take(now), take(now)])).flat();
  expect(taken.sort((a, b) => (a.domain < b.domain ? -1 : 1))).toEqual([
    { organizationId: id, domain: 'a.due.example' },
    { organizationId: id, domain: 'b.due.example' },
  ]);
  expect(await take(now)).toEqual([]);
  expect(await take(new Date(now.getTime() + 60_000))).toHaveLength(2);
  await record(id, 'a.due.example', () => ({ ...proved, dueAt: new Date(now.getTime() + 1e9) }));
  expect(await take(new Date(now.getTime() + 120_000))).toHaveLength(1);
});

it('forgets claims and checks with their organization', async () => {
  const id = await seed('ends', { 'ends.example': 'dns' });
  await record(id, 'ends.example');
  const store = test.current.database.reconcileState({ actor: 'ci', now: NOW });
  await store.transaction('commit', (state) => state.delete(id));
  expect(await domains().list(id)).toEqual([]);
  expect(await eventually(() => routed('ends.example'), undefined)).toBeUndefined();
  const taken = await domains().takeDue({ now: later(1e9), leasedUntil: later(2e9), limit: 1000 });
  expect(taken.filter(({ organizationId }) => organizationId === id)).toEqual([]);
});
