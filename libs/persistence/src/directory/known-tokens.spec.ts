import { connected, document, later, NOW, useTestDatabase } from '../testing/fixture.ts';
import { seedOrganization } from '../testing/index.ts';
import type { AuthenticatedDirectory } from '../stores/directory-tokens.ts';
import { KnownTokens } from './known-tokens.ts';

const ORGANIZATION = '019a3f00-0000-7000-8000-000000000001';
const DIGEST = 'one';

const good = (organizationId = ORGANIZATION, expiresAt = later(3600)): AuthenticatedDirectory => {
  return { organizationId, tokenId: 'id', tokenName: 'okta', expiresAt };
};

describe('tokens that were found good', () => {
  let known: KnownTokens;
  let looks: number;
  let found: AuthenticatedDirectory | undefined;
  beforeEach(() => {
    known = new KnownTokens();
    looks = 0;
    found = good();
  });
  const ask = (now = NOW, digest = DIGEST) =>
    known.authenticate(digest, now, async () => {
      looks += 1;
      return found;
    });

  it('are believed for ten seconds, and never past their end', async () => {
    for (const seconds of [0, 1, 9]) expect(await ask(later(seconds))).toEqual(found);
    expect(looks).toBe(1);
    await ask(later(10));
    expect(looks).toBe(2);
    found = good(ORGANIZATION, later(15));
    await ask(later(30), 'two'); // found good after its end: a clock that runs behind
    await ask(later(31), 'two');
    expect(looks).toBe(4);
  });

  it('are forgotten with their organization, and with all when changes may have been missed', async () => {
    await ask();
    known.forget('019a3f00-0000-7000-8000-000000000002');
    await ask();
    expect(looks).toBe(1);
    known.forget(ORGANIZATION);
    await ask();
    known.forgetAll();
    await ask();
    expect(looks).toBe(3);
  });

  it('are not kept when something was announced while the database was asked', async () => {
    await known.authenticate(DIGEST, NOW, async () => {
      known.forget(ORGANIZATION);
      return found;
    });
    found = undefined;
    expect(await ask()).toBeUndefined();
  });

  it('are no tokens that were not found: each of these is looked up', async () => {
    found = undefined;
    for (let n = 0; n < 3; n++) expect(await ask()).toBeUndefined();
    expect(looks).toBe(3);
  });

  it('are so many at most', async () => {
    for (let n = 0; n <= 10_000; n++) await ask(NOW, String(n));
    const before = looks;
    await ask(NOW, '0');
    expect(looks).toBe(before + 1);
  });
});

describe('a token', () => {
  const test = useTestDatabase();

  it('that ends anywhere is soon refused by a process that knew it', async () => {
    const { database, ownerUrl } = test.current;
    const { id } = await seedOrganization(database, document('known', { scim: { tokens: { okta: {} } } }), {});
    const change = { by: 'ci', now: NOW };
    const policy = { name: 'okta', revision: 1, rotateSeconds: 1000, overlapSeconds: 100 };
    const issued = await database.directoryTokens.issue(id, policy, change);
    const value = typeof issued === 'string' ? '' : issued.value;
    expect(await database.directoryTokens.authenticate(value, NOW)).toBeDefined();
    // as another process does it
    await connected(ownerUrl, (other) => other.query('update directory_tokens set revoked_at = now()'));
    const isRefused = async () => (await database.directoryTokens.authenticate(value, NOW)) === undefined;
    while (!(await isRefused())) await new Promise((resolve) => setImmediate(resolve));
    expect(await isRefused()).toBe(true);
  });

  it('is good with its own organization in front, also when it is known', async () => {
    const { database } = test.current;
    const { id } = await seedOrganization(database, document('one', { scim: { tokens: { okta: {} } } }), {});
    const other = await seedOrganization(database, document('two', { scim: { tokens: { okta: {} } } }), {});
    const policy = { name: 'okta', revision: 1, rotateSeconds: 1000, overlapSeconds: 100 };
    const issued = await database.directoryTokens.issue(id, policy, { by: 'ci', now: NOW });
    const value = typeof issued === 'string' ? '' : issued.value;
    expect(await database.directoryTokens.authenticate(value, NOW)).toMatchObject({ organizationId: id });
    const bytes = Buffer.from(value.slice('rcs_'.length), 'base64url');
    const mixed = Buffer.concat([Buffer.from(other.id.replaceAll('-', ''), 'hex'), bytes.subarray(16)]);
    const forged = `rcs_${mixed.toString('base64url')}`;
    expect(await database.directoryTokens.authenticate(forged, NOW)).toBeUndefined();
  });
});
