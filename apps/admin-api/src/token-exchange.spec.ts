import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { verifyChain } from '@rolecall/audit';
import { API_RIGHTS, DEPLOYMENT } from '@rolecall/persistence';
import { asOwner, everyRow } from './testing/rows.ts';
import { organization, platformRequest, requestOf, startTestApi } from './testing/test-api.ts';
import type { ErrorBody, TestApi } from './testing/test-api.ts';
import { TestIssuer } from './testing/test-issuer.ts';
import type { TokenChanges } from './testing/test-issuer.ts';

// A case is a folder of cases/token-exchange: `token.json` says how the token of the job and the form differ from right ones, and
// `expected.json` what the answer and the log say. `trusted-issuers.json` is what the platform document trusts. {issuer} = its URL.

const CASES = join(import.meta.dirname, '../cases/token-exchange');
const OURS = 'http://localhost:4002';
const issuer = new TestIssuer();
issuer.keys = ['rsa', 'ec'];
let api: TestApi;
let clock = new Date();

const read = (file: string): unknown =>
  JSON.parse(readFileSync(join(CASES, file), 'utf8').replaceAll('{issuer}', issuer.issuer));

const trusting = (trustedIssuers: object) => platformRequest({ trustedIssuers }, 'deployment');

beforeAll(async () => {
  await issuer.start();
  api = await startTestApi({ ROLECALL_OUTBOUND_ALLOW: issuer.issuer }, () => clock);
  await api.client.apply(trusting(read('trusted-issuers.json') as object));
  await api.client.apply(requestOf(['acme', 'eu-acme'].map((name) => organization(name))));
});
afterAll(async () => {
  await api?.close();
  await issuer.stop();
});

const GRANT = {
  grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
  subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
};
type Fields = Readonly<Record<string, string | readonly string[] | null>>;

async function exchange(token: string, form: Fields = {}, url = api.client.url, headers = {}) {
  const body = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...GRANT, subject_token: token, ...form })) {
    for (const each of [value ?? []].flat()) body.append(name, each);
  }
  const response = await fetch(`${url}/v1/token`, { method: 'POST', body, headers });
  const json = (await response.json()) as Partial<Answer> & Partial<ErrorBody>;
  return { status: response.status, headers: response.headers, json };
}

interface Answer {
  readonly access_token: string;
  readonly expires_in: number;
  readonly scope: string;
}

interface Case extends TokenChanges {
  readonly form?: Fields;
  readonly raw?: string;
  readonly twice?: true;
  readonly audienceList?: true;
  readonly audienceBeside?: string;
}

function tokenOf({ raw, audienceList, audienceBeside, ...changes }: Case): string {
  if (raw !== undefined) return raw;
  const list = audienceList ? [OURS] : audienceBeside && [OURS, audienceBeside];
  return issuer.token(OURS, clock, list ? { ...changes, claims: { ...changes.claims, aud: list } } : changes);
}

/** The code that the log gives for the answer's trace id; log lines are written before the answer. */
function logged(traceId: string | undefined): string | undefined {
  const lines = api.log.filter((line) => line.includes('was not exchanged') && line.includes(traceId ?? 'none'));
  return lines.map((line) => (JSON.parse(line) as { code: string }).code)[0];
}

const folders = readdirSync(CASES, { withFileTypes: true }).filter((entry) => entry.isDirectory());

describe.each(folders.map(({ name }) => name).sort())('%s', (name) => {
  it('is as expected', async () => {
    const given = read(`${name}/token.json`) as Case;
    const token = tokenOf(given);
    const first = given.twice ? (await exchange(token)).status : 200;
    expect(first).toBe(200);
    const before = await everyRow(api.database.ownerUrl);
    const { status, json, headers } = await exchange(token, given.form);
    const log = logged(json.error?.traceId);
    expect({
      status,
      ...(json.error && { code: json.error.code }),
      ...(log !== undefined && { log }),
      ...(json.scope !== undefined && { scope: json.scope }),
    }).toEqual(read(`${name}/expected.json`));
    expect(headers.get('cache-control') ?? 'no-store').toBe('no-store');
    const after = await everyRow(api.database.ownerUrl);
    expect(JSON.stringify(after) === JSON.stringify(before)).toBe(status !== 200);
  });
});

it('gives every refused token one and the same answer', async () => {
  const refused = ['20', '24', '29', '33', '40', '53'].map((number) =>
    folders.find((one) => one.name.startsWith(number))!,
  );
  const answers = new Set<string>();
  for (const { name } of refused) {
    const given = read(`${name}/token.json`) as Case;
    const token = tokenOf(given);
    if (given.twice) await exchange(token);
    const { status, json } = await exchange(token);
    answers.add(`${status} ${JSON.stringify({ ...json.error, traceId: '' })}`);
  }
  expect(answers.size).toBe(1);
});

describe('the token that is given', () => {
  const exchanged = async (changes: TokenChanges = {}, form: Fields = {}) =>
    (await exchange(issuer.token(OURS, clock, changes), form)).json as Answer;

  it('has the rights of its entry, for as long as that says', async () => {
    const { access_token: token, expires_in: seconds } = await exchanged();
    expect(seconds).toBe(300);
    const client = api.client.with(token);
    expect((await client.call('GET', '/v1/organizations')).status).toBe(200);
    expect((await client.apply(requestOf([organization('new')], { collection: 'new' }))).status).toBe(200);
    expect((await client.call<ErrorBody>('GET', '/v1/organizations/acme/flows')).json.error.code).toBe('missing_right');
    clock = new Date(clock.getTime() + 300_000);
    expect((await client.call('GET', '/v1/organizations')).status).toBe(401);
  });

  it('is held to the organizations of its entry', async () => {
    const claims = { repository: 'acme/tags', ref: 'refs/tags/v1' };
    const { access_token: token } = await exchanged({ claims });
    const refused = await api.client.with(token).plan(requestOf([organization('acme')], { collection: 'eu' }));
    expect(refused.json.error.code).toBe('organization_out_of_reach');
    const own = requestOf([organization('eu-new')], { collection: 'eu' });
    expect((await api.client.with(token).plan(own)).status).toBe(200);
  });

  it('is told to the audit log, with nothing of the token and nobody’s name', async () => {
    const { access_token: token } = await exchanged();
    const trail = await api.database.database.inOrganization(DEPLOYMENT, (tx) => tx.auditTrail(0, 10_000));
    await expect(verifyChain(trail)).resolves.toMatchObject({ ok: true });
    expect(trail.at(-1)).toMatchObject({
      type: 'token.exchanged',
      subject: token.split('_')[1],
      data: { trust: 'production', issuer: issuer.issuer, workload: 'repo:acme/config:environment:production' },
    });
    const rows = JSON.stringify(await everyRow(api.database.ownerUrl)) + api.log.join('');
    expect(rows).not.toContain('octocat');
    expect(rows).not.toContain(token.split('_').slice(2).join('_'));
  });

  it('is not there any more 30 days after its end, unlike one that somebody made', async () => {
    await exchanged();
    const count = () =>
      asOwner(api.database.ownerUrl, async (owner) => {
        const { rows } = await owner.query<{ made: number; exchanged: number; used: number }>(
          `select count(*) filter (where workload is null)::int as made,
             count(workload)::int as exchanged, (select count(*)::int from used_workload_tokens) as used from api_tokens`,
        );
        return rows[0]!;
      });
    const before = await count();
    expect(before.exchanged).toBeGreaterThan(0);
    await api.database.database.purgeExpired(new Date(clock.getTime() + 3_600_000));
    expect(await count()).toMatchObject({ exchanged: before.exchanged, used: 0 });
    await api.database.database.purgeExpired(new Date(clock.getTime() + 31 * 86_400_000));
    expect(await count()).toEqual({ made: before.made, exchanged: 0, used: 0 });
  });
});

it('lets one of ten that come at once have a token', async () => {
  const token = issuer.token(OURS, clock);
  const answers = await Promise.all(Array.from({ length: 10 }, () => exchange(token)));
  expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([
    200,
    ...Array.from({ length: 9 }, () => 400),
  ]);
});

it('asks an issuer for its keys seldom, and nobody else at all', async () => {
  const asked = () => issuer.asked.filter((path) => path === '/jwks').length;
  clock = new Date(clock.getTime() + 31_000);
  const before = asked();
  for (const kid of ['a', 'b', 'c', 'd', 'e']) {
    await exchange(issuer.token(OURS, clock, { header: { kid }, signedWith: 'attacker' }));
  }
  expect(asked() - before).toBeLessThanOrEqual(1);
  expect(issuer.asked.filter((path) => !['/jwks', '/.well-known/openid-configuration'].includes(path))).toEqual([]);
});

it('takes no form anywhere else', async () => {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const { status, json } = await api.client.call<ErrorBody>('POST', '/v1/plans', 'collection=default', headers);
  expect([status, json.error.code]).toEqual([415, 'unsupported_media_type']);
});

it('does not let a pipeline take from itself what it applies by', async () => {
  const trusts = read('trusted-issuers.json') as Record<string, object>;
  const rights = ['plan', 'apply', 'platform.apply'];
  await api.client.apply(trusting({ ...trusts, production: { ...trusts['production'], rights } }));
  const { json } = await exchange(issuer.token(OURS, clock));
  const pipeline = api.client.with(json.access_token);
  const taken = trusting({ ...trusts, production: { ...trusts['production'], rights: ['plan', 'apply'] } });
  const { json: plan } = await pipeline.plan(taken);
  const refused = await pipeline.apply(taken, plan.fingerprint);
  expect([refused.status, refused.json.error.code]).toEqual([409, 'own_access']);
  const kept = trusting({ 'any-job': trusts['any-job'], apply: { ...trusts['production'], rights } });
  expect((await pipeline.apply(kept)).status).toBe(200);
});

it('ends what a trust gave together with the trust', async () => {
  const trusts = read('trusted-issuers.json') as Record<string, object>;
  await api.client.apply(trusting(trusts));
  const { json } = await exchange(issuer.token(OURS, clock));
  const pipeline = api.client.with(json.access_token);
  const status = async () => (await pipeline.call('GET', '/v1/organizations')).status;
  const { production: _, ...others } = trusts;
  const { json: plan } = await api.client.plan(trusting(others));
  expect([plan.platform?.endedTokens, await status()]).toEqual([expect.any(Number), 200]);
  expect((await api.client.apply(trusting(others), plan.fingerprint)).status).toBe(200);
  expect(await status()).toBe(401);
  const trail = await api.database.database.inOrganization(DEPLOYMENT, (tx) => tx.auditTrail(0, 10_000));
  await expect(verifyChain(trail)).resolves.toMatchObject({ ok: true });
  const ended = trail.filter(({ type }) => type === 'token.ended').map(({ subject }) => subject);
  expect(ended).toContain(json.access_token?.split('_')[1]);
});

it('trusts nobody before there is a document, and nobody that left it', async () => {
  await api.client.apply(trusting({}));
  const { status, json } = await exchange(issuer.token(OURS, clock));
  expect([status, logged(json.error?.traceId)]).toEqual([400, 'workload_token_issuer_unknown']);
});

describe('whoever is refused often', () => {
  let other: TestApi;
  beforeEach(async () => {
    other = await startTestApi({ ROLECALL_OUTBOUND_ALLOW: issuer.issuer, ROLECALL_TRUSTED_PROXIES: '127.0.0.1' });
    const trusts = read('trusted-issuers.json') as object;
    await other.client.with(await other.token(API_RIGHTS)).apply(trusting(trusts));
  });
  afterEach(() => other?.close());

  const send = (token: string, form: Fields = {}, from = '192.0.2.1') =>
    exchange(token, form, other.client.url, { 'x-forwarded-for': from });
  const good = (from?: string) => send(issuer.token(OURS, new Date()), {}, from);
  const times = async (count: number, what: () => ReturnType<typeof exchange>) => {
    const statuses = new Set<number>();
    for (let n = 0; n < count; n += 1) statuses.add((await what()).status);
    return [...statuses];
  };

  it('waits when each cost work, alone, and is told for how long', async () => {
    const forged = () => send(issuer.token(OURS, new Date(), { signedWith: 'attacker' }));
    expect(await times(310, () => good())).toEqual([200]);
    expect(await times(301, forged)).toEqual([400, 429]);
    const { status, headers } = await good();
    expect([status, Number(headers.get('retry-after'))]).toEqual([429, expect.any(Number)]);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await good('192.0.2.2')).status).toBe(200);
  });

  it('keeps no job waiting with forms and issuers that cost nothing', async () => {
    expect(await times(301, () => send('nonsense'))).toEqual([400]);
    expect(await times(301, () => send('', { grant_type: 'password' }))).toEqual([400]);
    const stranger = issuer.token(OURS, new Date(), { claims: { iss: 'https://ci.attacker.example' } });
    expect(await times(301, () => send(stranger))).toEqual([400]);
    expect((await good()).status).toBe(200);
  });
});
