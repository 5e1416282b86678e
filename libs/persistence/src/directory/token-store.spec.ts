import { verifyChain } from '@rolecall/audit';
import { connected, document, later, NOW, OKTA, useTestDatabase } from '../testing/fixture.ts';
import { seedOrganization } from '../testing/index.ts';
import { MAX_DIRECTORY_TOKENS, type DirectoryTokenStore, type NewDirectoryToken } from '../stores.ts';

const test = useTestDatabase();
const DAY = 86_400;
const okta: NewDirectoryToken = { name: 'okta', revision: 1, rotateSeconds: 90 * DAY, overlapSeconds: 7 * DAY };
const by = (seconds = 0) => ({ by: 'ci', now: later(seconds), traceId: 'trace' });

let tokens: DirectoryTokenStore;
let made = 0;
async function organization(): Promise<string> {
  made += 1;
  const spec = { ...OKTA, scim: { tokens: { okta: {} } } };
  return (await seedOrganization(test.current.database, document(`tokens-${made}`, spec), { metadataXml: '<x/>' })).id;
}
async function issued(id: string, at = 0, token = okta) {
  const answer = await tokens.issue(id, token, by(at));
  if (answer === 'too_many') throw new Error(answer);
  return answer;
}
const trail = (id: string) => test.current.database.inOrganization(id, (tx) => tx.auditTrail(0, 50));

beforeAll(() => {
  tokens = test.current.database.directoryTokens;
});

it('gives a token whose value lets in until it ends', async () => {
  const id = await organization();
  const { value, token } = await issued(id);
  expect(value).toMatch(/^rcs_[A-Za-z0-9_-]{64}$/);
  expect(token).toEqual({
    id: expect.any(String) as string,
    name: 'okta',
    createdAt: NOW,
    createdBy: 'ci',
    rotateAt: later(90 * DAY),
    expiresAt: later(97 * DAY),
    lastUsedAt: undefined,
    revokedAt: undefined,
  });
  const authenticated = { organizationId: id, tokenId: token.id, tokenName: 'okta', expiresAt: later(97 * DAY) };
  expect(await tokens.authenticate(value, NOW)).toEqual(authenticated);
  expect(await tokens.authenticate(value, later(97 * DAY - 1))).toEqual(authenticated);
  expect(await tokens.authenticate(value, later(97 * DAY))).toBeUndefined();
});

it('keeps nothing of the value', async () => {
  const id = await organization();
  const { value } = await issued(id);
  const secret = Buffer.from(value.slice(4), 'base64url').subarray(16);
  const stored = await connected(test.current.ownerUrl, async (owner) => {
    await owner.query(`begin; select set_config('rolecall.organization_id', '${id}', true)`);
    return (await owner.query<{ all: string }>(`select t::text as all from directory_tokens t`)).rows[0]!.all;
  });
  for (const form of ['hex', 'base64', 'base64url'] as const) expect(stored).not.toContain(secret.toString(form));
  expect(JSON.stringify([await tokens.list(id), await trail(id)])).not.toContain(value.slice(-20));
});

it.each([
  ['nothing', ''],
  ['a prefix alone', 'rcs_'],
  ['another prefix', `rct_${'A'.repeat(64)}`],
  ['a token too short', `rcs_${'A'.repeat(63)}`],
  ['a token too long', `rcs_${'A'.repeat(65)}`],
  ['other characters', `rcs_${'+'.repeat(64)}`],
  ['an organization that is none', `rcs_${'A'.repeat(64)}`],
  ['NUL', `rcs_\0${'A'.repeat(63)}`],
])('lets %s in nowhere', async (_, presented) => {
  expect(await tokens.authenticate(presented, NOW)).toBeUndefined();
});

it('H5 finds a token in its own organization alone', async () => {
  const [acme, globex] = [await organization(), await organization()];
  const { value } = await issued(acme);
  const other = (await issued(globex)).value;
  // the secret of the one behind the id of the other
  const [mine, theirs] = [value, other].map((it) => Buffer.from(it.slice(4), 'base64url'));
  const crossed = Buffer.concat([theirs!.subarray(0, 16), mine!.subarray(16)]).toString('base64url');
  expect(await tokens.authenticate(`rcs_${crossed}`, NOW)).toBeUndefined();
  expect(await tokens.authenticate(value, NOW)).toMatchObject({ organizationId: acme });
});

it('ends the former of a name after the overlap, and no other', async () => {
  const id = await organization();
  const former = await issued(id);
  const entra = await issued(id, 0, { ...okta, name: 'entra' });
  const next = await issued(id, DAY);
  const alive = async (seconds: number) => {
    const values = [former, next, entra].map(({ value }) => tokens.authenticate(value, later(seconds)));
    return (await Promise.all(values)).map((found) => found !== undefined);
  };
  expect(await alive(8 * DAY - 1)).toEqual([true, true, true]);
  expect(await alive(8 * DAY)).toEqual([false, true, true]);
});

it('never prolongs one that ends sooner', async () => {
  const id = await organization();
  const former = await issued(id);
  await issued(id, 96 * DAY);
  expect(await tokens.authenticate(former.value, later(97 * DAY))).toBeUndefined();
});

it(`has at most ${MAX_DIRECTORY_TOKENS} of a name alive, and refusing one changes none`, async () => {
  const id = await organization();
  const first = await issued(id);
  for (let n = 1; n < MAX_DIRECTORY_TOKENS; n++) await issued(id, n);
  const before = await tokens.list(id);
  expect(await tokens.issue(id, { ...okta, overlapSeconds: 3600 }, by(10))).toBe('too_many');
  expect(await tokens.list(id)).toEqual(before);
  expect(await tokens.revoke(id, first.token.id, by(20))).toBe(true);
  expect(await tokens.issue(id, okta, by(30))).toHaveProperty('value');
});

it('issues for the live document only', async () => {
  const id = await organization();
  await expect(issued(id, 0, { ...okta, revision: 2 })).rejects.toMatchObject({ code: 'stale_revision' });
  expect(await tokens.list(id)).toEqual([]);
});

it('lists the newest first', async () => {
  const id = await organization();
  const [first, second] = [await issued(id), await issued(id, 60)];
  expect((await tokens.list(id)).map((token) => token.id)).toEqual([second.token.id, first.token.id]);
});

it('ends a revoked token at once, and once', async () => {
  const [id, globex] = [await organization(), await organization()];
  const { value, token } = await issued(id);
  expect(await tokens.revoke(globex, token.id, by())).toBe(false);
  expect(await tokens.revoke(id, 'no-uuid', by())).toBe(false);
  expect(await tokens.authenticate(value, NOW)).toBeDefined();
  expect(await tokens.revoke(id, token.id, by(5))).toBe(true);
  expect(await tokens.authenticate(value, later(5))).toBeUndefined();
  expect(await tokens.revoke(id, token.id, by(6))).toBe(false);
  expect((await tokens.list(id))[0]?.revokedAt).toEqual(later(5));
});

it('notes the use at most once a minute', async () => {
  const id = await organization();
  const { value } = await issued(id);
  const used = async (seconds: number) => {
    await tokens.authenticate(value, later(seconds));
    return (await tokens.list(id))[0]?.lastUsedAt;
  };
  expect(await used(0)).toEqual(NOW);
  expect(await used(59)).toEqual(NOW);
  expect(await used(70)).toEqual(later(70)); // a token that was good seconds ago is not looked up
});

it('waits for nobody who notes the use', async () => {
  const id = await organization();
  const { value } = await issued(id);
  await connected(test.current.ownerUrl, async (other) => {
    await other.query(`begin; select set_config('rolecall.organization_id', '${id}', true)`);
    await other.query('select from directory_tokens for update');
    expect(await tokens.authenticate(value, NOW)).toBeDefined();
  });
  expect((await tokens.list(id))[0]?.lastUsedAt).toBeUndefined();
});

it('says who had tokens made and ended, and nothing of them', async () => {
  const id = await organization();
  const { token } = await issued(id);
  await issued(id, 1);
  await tokens.revoke(id, token.id, by(2));
  const events = await trail(id);
  const actor = { kind: 'token', id: 'ci' };
  expect(events).toMatchObject([
    { type: 'directory.token_issued', actor, subject: token.id, data: { name: 'okta', former: 0 } },
    { type: 'directory.token_issued', actor, data: { name: 'okta', former: 1 }, traceId: 'trace' },
    { type: 'directory.token_revoked', actor, subject: token.id, data: { name: 'okta', reason: 'request' } },
  ]);
  expect(await verifyChain(events)).toMatchObject({ ok: true });
});

it('tells what is to be rotated in a collection, the newest of a name alone', async () => {
  const { database } = test.current;
  const make = async (collection: string) => {
    made += 1;
    const state = database.reconcileState({ actor: 'ci', now: NOW });
    const wanted = document(`tokens-${made}`, { scim: { tokens: { okta: {} } } });
    const revision = { document: wanted, digest: '', origin: { actor: 'ci' }, identityProviders: {} };
    return state.transaction('commit', (tx) => tx.create({ collection, name: wanted.metadata.name, revision }));
  };
  const [acme, globex, other] = [await make('due'), await make('due'), await make('another')];
  const due = async (seconds: number) =>
    (await tokens.due('due', later(seconds))).map(({ organization, name }) => `${organization} ${name}`);

  const first = await issued(acme.id);
  await issued(globex.id, DAY);
  await issued(other.id);
  expect(await due(90 * DAY - 1)).toEqual([]);
  expect(await due(91 * DAY)).toEqual([`${acme.name} okta`, `${globex.name} okta`]);
  const [token] = await tokens.due('due', later(90 * DAY));
  expect(token).toEqual({
    organization: acme.name,
    name: 'okta',
    rotateAt: later(90 * DAY),
    expiresAt: later(97 * DAY),
  });
  // one that has ended all the same: nobody can come in
  expect(await due(1000 * DAY)).toHaveLength(2);

  const second = await issued(acme.id, 80 * DAY);
  expect(await due(91 * DAY)).toEqual([`${globex.name} okta`]);
  await tokens.revoke(acme.id, second.token.id, by(81 * DAY));
  expect(await due(91 * DAY)).toHaveLength(2);
  await tokens.revoke(acme.id, first.token.id, by(81 * DAY));
  expect(await due(1000 * DAY)).toEqual([`${globex.name} okta`]);
  await database.reconcileState({ actor: 'ci', now: NOW }).transaction('commit', async (tx) => {
    await tx.delete(globex.id);
  });
  expect(await due(1000 * DAY)).toEqual([]);
});

it('issues one after the other, so that each ends the former', async () => {
  const id = await organization();
  await Promise.all([issued(id), issued(id), issued(id)]);
  const ends = (await tokens.list(id)).map(({ expiresAt }) => expiresAt.getTime()).sort((a, b) => a - b);
  expect(ends).toEqual([later(7 * DAY), later(7 * DAY), later(97 * DAY)].map(Number));
});

it('cannot be prolonged or given another secret by the runtime role', async () => {
  await connected(test.current.url, async (client) => {
    for (const column of ['token_hash', 'created_at', 'rotate_at', 'token_id']) {
      await expect(client.query(`update directory_tokens set ${column} = ${column}`)).rejects.toMatchObject({
        code: '42501',
      });
    }
    await expect(client.query('delete from directory_tokens')).rejects.toMatchObject({ code: '42501' });
  });
});
