import { connected, later, NOW, useTestDatabase } from '../testing/fixture.ts';

const test = useTestDatabase();
const tokens = () => test.current.database.apiTokens;
const create = (expiresAt?: Date) => tokens().create({ name: 'ci', rights: ['plan', 'apply'], expiresAt, now: NOW });
const asOwner = <R extends object>(statement: string) =>
  connected(test.current.ownerUrl, async (owner) => (await owner.query<R>(statement)).rows);

it('gives a token that authenticates, with its name and rights (security.md 17)', async () => {
  const { id, token } = await create(later(60));
  expect(token).toMatch(new RegExp(`^rct_${id}_[A-Za-z0-9_-]{43}$`));
  expect(await tokens().authenticate(token, NOW)).toEqual({
    id,
    name: 'ci',
    rights: ['plan', 'apply'],
    expiresAt: later(60),
  });
});

it('answers alike to unknown, malformed, expired and revoked tokens (security.md 16)', async () => {
  const { id, token } = await create(later(60));
  const secret = token.slice(`rct_${id}_`.length);
  const wrong = [
    '',
    'Bearer x',
    token.slice(0, -1),
    `${token}x`,
    `rct_${'0'.repeat(24)}_${secret}`,
    `rct_${id}_${'A'.repeat(43)}`,
    ` ${token}`,
  ];
  for (const presented of wrong) expect(await tokens().authenticate(presented, NOW)).toBeUndefined();
  expect(await tokens().authenticate(token, later(60))).toBeUndefined();
  expect(await tokens().revoke(id, NOW)).toBe(true);
  expect(await tokens().revoke(id, NOW)).toBe(false);
  expect(await tokens().authenticate(token, NOW)).toBeUndefined();
});

it('stores no token and no secret (security.md 15)', async () => {
  const { id, token } = await create();
  const secret = token.slice(`rct_${id}_`.length);
  const [row] = await asOwner<{ stored: string }>(`select t::text as stored from api_tokens t where id = '${id}'`);
  expect(row?.stored).not.toContain(secret);
  expect(row?.stored).not.toContain(Buffer.from(secret).toString('hex'));
  expect(row?.stored).not.toContain(Buffer.from(secret, 'base64url').toString('hex'));
});

it('lists every token, the newest first, without anything of its secret', async () => {
  const { id: older } = await tokens().create({ name: 'older', rights: ['plan'], expiresAt: undefined, now: later(1) });
  const { id: newer, token } = await tokens().create({
    name: 'newer',
    rights: ['organizations.read'],
    expiresAt: later(600),
    organizations: ['acme', 'eu-*'],
    now: later(2),
  });
  expect(await tokens().authenticate(token, later(3))).toMatchObject({ organizations: ['acme', 'eu-*'] });
  await tokens().revoke(newer, later(4));
  expect((await tokens().list()).slice(0, 2)).toEqual([
    {
      id: newer,
      name: 'newer',
      rights: ['organizations.read'],
      organizations: ['acme', 'eu-*'],
      createdAt: later(2),
      expiresAt: later(600),
      lastUsedAt: later(3),
      revokedAt: later(4),
    },
    {
      id: older,
      name: 'older',
      rights: ['plan'],
      organizations: undefined,
      createdAt: later(1),
      expiresAt: undefined,
      lastUsedAt: undefined,
      revokedAt: undefined,
    },
  ]);
});

it('notes the last use, at most once a minute', async () => {
  const { id, token } = await create();
  const lastUse = async () =>
    (await asOwner<{ at: Date | null }>(`select last_used_at as at from api_tokens where id = '${id}'`))[0]?.at;
  expect(await lastUse()).toBeNull();
  for (const [second, noted] of [
    [0, 0],
    [59, 0],
    [60, 60],
  ] as const) {
    await tokens().authenticate(token, later(second));
    expect(await lastUse()).toEqual(later(noted));
  }
});
