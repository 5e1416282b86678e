import { createLogger, Metrics } from '@rolecall/platform';
import { mistakes } from './api/validate.ts';
import { DomainChecks } from './domains/domain-checks.ts';
import { lookUp, txtResolver } from './domains/txt-record.ts';
import { TestDnsServer } from './testing/dns-server.ts';
import { asOwner } from './testing/rows.ts';
import { organization, requestOf, startTestApi } from './testing/test-api.ts';
import type { ErrorBody, TestApi } from './testing/test-api.ts';

interface Domain {
  readonly domain: string;
  readonly state: string;
  readonly record: { readonly name: string; readonly value: string };
  readonly error: string | null;
  readonly verifiedAt: string | null;
}

const DAY = 86_400_000;
let dns: TestDnsServer;
let api: TestApi;
beforeAll(async () => {
  dns = await TestDnsServer.start();
  api = await startTestApi({ ROLECALL_DNS_SERVERS: dns.address });
  await api.app.get(DomainChecks).beforeApplicationShutdown(); // looks up only when a test says so
  const claims = (...names: string[]) => ({
    emailDomains: Object.fromEntries(names.map((name) => [name, { verification: 'dns' }])),
  });
  await api.client.apply(
    requestOf([
      organization('acme', claims('acme.example', 'shared.example', 'later.example')),
      organization('globex', claims('shared.example', 'globex.example')),
      organization('vouched', { emailDomains: { 'vouched.example': { verification: 'asserted' } } }),
    ]),
  );
});
afterAll(async () => {
  await api?.close();
  await dns?.close();
});

const list = async (name: string) =>
  (await api.client.call<{ domains: Domain[] }>('GET', `/v1/organizations/${name}/domains`)).json.domains;
const one = async (name: string, domain: string) => {
  const found = (await list(name)).find((each) => each.domain === domain);
  if (!found) throw new Error(`${name} has no ${domain}`);
  return found;
};
const check = (name: string, domain: string) =>
  api.client.call<Domain & ErrorBody>('POST', `/v1/organizations/${name}/domains/${domain}/check`);
const publish = async (name: string, domain: string) => {
  const { record } = await one(name, domain);
  dns.records.set(record.name, ['v=spf1 -all', record.value]);
};
/** As if the last look were long ago: an administrator's are at least five seconds apart. */
const unchecked = () =>
  asOwner(api.database.ownerUrl, (owner) => owner.query('update domain_claims set checked_at = null'));
const routed = async (domain: string) =>
  (
    await asOwner(api.database.ownerUrl, (owner) =>
      owner.query<{ name: string }>(
        'select r.name from email_domains e join organization_registry r using (org_id) where domain = $1',
        [domain],
      ),
    )
  ).rows.map(({ name }) => name);

it('shows what to publish, each organization its own', async () => {
  const domains = await list('acme');
  expect(mistakes('DomainList', { domains })).toEqual([]);
  expect(domains.map(({ domain, state, error }) => [domain, state, error])).toEqual([
    ['acme.example', 'pending', null],
    ['later.example', 'pending', null],
    ['shared.example', 'pending', null],
  ]);
  expect(domains[0]?.record).toEqual({
    type: 'TXT',
    name: '_rolecall-challenge.acme.example',
    value: expect.stringMatching(/^rolecall-verification=[0-9a-f]{40}$/),
  });
  expect((await one('globex', 'shared.example')).record.value).not.toBe(domains[2]?.record.value);
  expect((await one('vouched', 'vouched.example')).state).toBe('asserted');
});

it('proves a domain by its record, and by nothing else', async () => {
  const { record } = await one('acme', 'acme.example');
  const seen: unknown[] = [];
  const foreign = (await one('globex', 'globex.example')).record.value;
  for (const answer of [undefined, 'nothing', [foreign], [`${record.value}0`], 'servfail'] as const) {
    if (answer === undefined) dns.records.delete(record.name);
    else dns.records.set(record.name, answer);
    await unchecked();
    const { json } = await check('acme', 'acme.example');
    seen.push([json.state, json.error]);
  }
  expect(seen).toEqual([
    ['pending', 'record_missing'],
    ['pending', 'record_missing'],
    ['pending', 'record_differs'],
    ['pending', 'record_differs'],
    ['pending', 'dns_unreachable'],
  ]);
  expect(await routed('acme.example')).toEqual([]);
  await publish('acme', 'acme.example');
  await unchecked();
  const { status, json } = await check('acme', 'acme.example');
  expect([status, json.state, json.error, mistakes('Domain', json)]).toEqual([200, 'verified', null, []]);
  expect(await routed('acme.example')).toEqual(['acme']);
});

it('asks DNS no more often than every five seconds', async () => {
  const before = dns.asked.length;
  await check('acme', 'acme.example');
  expect(dns.asked.length).toBe(before);
});

it('gives a domain to whom proves it, and sounds an alarm when another does as well', async () => {
  await publish('globex', 'shared.example');
  await check('globex', 'shared.example');
  expect(await routed('shared.example')).toEqual(['globex']);
  await publish('acme', 'shared.example');
  const { json } = await check('acme', 'shared.example');
  expect([json.state, json.error]).toEqual(['pending', 'email_domain_taken']);
  expect(await routed('shared.example')).toEqual(['globex']);
  expect(api.log.join('')).toContain('an e-mail domain of another organization was proved');
});

it('refuses a claim of what another organization vouches for', async () => {
  const document = organization('late', { emailDomains: { 'vouched.example': { verification: 'dns' } } });
  const { status, json } = await api.client.plan(requestOf([document]));
  expect([status, json.error.code]).toEqual([422, 'email_domain_taken']);
});

it.each([
  ['another organization’s', 'globex', 'acme.example', 'unknown_domain'],
  ['no', 'globex', 'nobody.example', 'unknown_domain'],
  ['no valid', 'globex', 'a%00b', 'unknown_domain'],
  ['of nobody’s', 'nobody', 'acme.example', 'unknown_organization'],
])('knows %s domain under an organization', async (_, name, domain, code) => {
  const before = dns.asked.length;
  const { status, json } = await check(name, domain);
  expect([status, json.error.code, dns.asked.length]).toEqual([404, code, before]);
});

describe('in the background', () => {
  let now = new Date();
  const checks = () => {
    const { domains } = api.database.database;
    const logger = createLogger({ app: 'test', level: 'error' });
    return new DomainChecks(domains, txtResolver([dns.address]), () => now, logger, new Metrics('test'));
  };

  it('looks up what is due, each once, however many replicas there are', async () => {
    await publish('acme', 'later.example');
    now = new Date(Date.now() + 2 * DAY);
    const before = dns.asked.length;
    const looked = await Promise.all([checks().runDue(), checks().runDue(), checks().runDue()]);
    expect(looked.reduce((sum, each) => sum + each, 0)).toBe(5);
    expect(dns.asked.length - before).toBe(5);
    expect((await one('acme', 'later.example')).state).toBe('verified');
    expect(await routed('later.example')).toEqual(['acme']);
    expect(await checks().runDue()).toBe(0);
  });

  it('takes a domain away after a week without its record, says so, and gives it back with it', async () => {
    const { record } = await one('acme', 'later.example');
    dns.records.delete(record.name);
    const pass = async (days: number) => {
      now = new Date(now.getTime() + days * DAY);
      await checks().runDue();
      return (await one('acme', 'later.example')).state;
    };
    expect([await pass(2), await pass(6.9)]).toEqual(['failing', 'failing']);
    expect(await routed('later.example')).toEqual(['acme']);
    expect(await pass(0.2)).toBe('pending');
    expect(await routed('later.example')).toEqual([]);
    await publish('acme', 'later.example');
    expect(await pass(2)).toBe('verified');
    const id = (await api.database.database.registry.record('acme'))?.organizationId ?? '';
    const events = await api.database.database.inOrganization(id, (tx) => tx.auditTrail(0, 100));
    const later = events.filter(({ subject }) => subject === 'later.example');
    expect(later.map(({ type, actor, data }) => [type, actor.id, data])).toEqual([
      ['domain.verified', 'admin-api', {}],
      ['domain.lost', 'admin-api', { error: 'record_missing' }],
      ['domain.verified', 'admin-api', {}],
    ]);
  });

  it('gives up a server that does not answer', async () => {
    dns.records.set('_rolecall-challenge.silent.example', 'silent');
    const found = await lookUp({ domain: 'silent.example', token: 't' }, txtResolver([dns.address]));
    expect(found).toBe('dns_unreachable');
  }, 20_000);
});

describe('vouching for a domain', () => {
  const asserting = (...names: string[]) =>
    organization('vouched', {
      emailDomains: Object.fromEntries(names.map((name) => [name, { verification: 'asserted' }])),
    });
  const limited = async () => api.client.with(await api.token(['plan', 'apply', 'organizations.read']));

  it('for the first time needs a right of its own', async () => {
    const request = requestOf([asserting('vouched.example', 'more.example')]);
    for (const answer of [
      await (await limited()).plan(request),
      await (await limited()).apply(request, `sha256:${'0'.repeat(64)}`),
    ]) {
      expect([answer.status, answer.json.error.code]).toEqual([403, 'domain_assertion_refused']);
      expect(answer.json.error.diagnostics).toEqual([
        expect.objectContaining({ pointer: '/spec/emailDomains/more.example/verification', organization: 'vouched' }),
      ]);
    }
    expect((await api.client.plan(request)).status).toBe(200);
  });

  it('that stands already needs none, so that the rest can be changed', async () => {
    const document = {
      ...asserting('vouched.example'),
      spec: { ...(asserting('vouched.example')['spec' as never] as object), displayName: 'New' },
    };
    const answer = await (await limited()).apply(requestOf([document]));
    expect([answer.status, answer.json.plan!.changes.length]).toEqual([200, 1]);
  });

  it('is no way to move it to another organization', async () => {
    const thief = organization('thief', { emailDomains: { 'vouched.example': { verification: 'asserted' } } });
    expect((await (await limited()).plan(requestOf([thief]))).json.error.code).toBe('domain_assertion_refused');
  });
});
