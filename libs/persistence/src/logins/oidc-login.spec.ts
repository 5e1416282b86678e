import { v7 as uuidv7 } from 'uuid';
import { openDatabase } from '../database.ts';
import type { NewLogin } from '../stores.ts';
import { later, NOW, useTestDatabase } from '../testing/fixture.ts';

const test = useTestDatabase();
const STATE = Buffer.alloc(32, 'state');
const PROVIDER = { issuer: 'https://op.example', clientId: 'c', tokenEndpoint: 'https://op.example/token' };
const BROWSER = Buffer.alloc(32, 'browser');

const newLogin = (organizationId: string, stateHash = STATE): NewLogin => ({
  organizationId,
  identityProvider: 'google',
  requestId: uuidv7(),
  browserHash: BROWSER,
  traceId: 'trace',
  returnTo: 'https://app.example/',
  mode: 'test',
  createdAt: NOW,
  expiresAt: later(600),
  oidc: { stateHash, nonce: 'a nonce', codeVerifier: 'a verifier', provider: PROVIDER },
});

async function begun(): Promise<string> {
  const organizationId = uuidv7();
  await test.current.database.logins.begin(newLogin(organizationId));
  return organizationId;
}

const take = (organizationId: string, stateHash = STATE, browserHash = BROWSER, now = NOW) =>
  test.current.database.logins.takeOidc({ organizationId, stateHash, browserHash, now });

it('is given to the browser that began, once', async () => {
  const organizationId = await begun();
  expect(await take(organizationId)).toEqual({
    identityProvider: 'google',
    nonce: 'a nonce',
    codeVerifier: 'a verifier',
    provider: PROVIDER,
    answer: undefined,
    linkUserId: undefined,
    traceId: 'trace',
    returnTo: 'https://app.example/',
    mode: 'test',
    createdAt: NOW,
  });
  expect(await take(organizationId)).toBe('unknown');
});

it('is burnt when another browser shows its state', async () => {
  const organizationId = await begun();
  expect(await take(organizationId, STATE, Buffer.alloc(32, 'thief'))).toBe('other_browser');
  expect(await take(organizationId)).toBe('unknown');
});

it('is unknown under another state, in another organization, and when it has expired', async () => {
  const organizationId = await begun();
  expect(await take(organizationId, Buffer.alloc(32, 'guess'))).toBe('unknown');
  expect(await take(uuidv7())).toBe('unknown');
  expect(await take(organizationId, STATE, BROWSER, later(600))).toBe('unknown');
});

it('is given to one of two callbacks that arrive at two processes at the same moment', async () => {
  const other = await openDatabase({ url: test.current.url, masterKey: test.current.masterKey, poolSize: 2 });
  for (let round = 0; round < 20; round += 1) {
    const organizationId = await begun();
    const at = { organizationId, stateHash: STATE, browserHash: BROWSER, now: NOW };
    const taken = await Promise.all([test.current.database, other].map(({ logins }) => logins.takeOidc(at)));
    expect(taken.filter((login) => login === 'unknown')).toHaveLength(1);
  }
  await other.close();
});

it('has a state of its own within its organization', async () => {
  const organizationId = await begun();
  await expect(test.current.database.logins.begin(newLogin(organizationId))).rejects.toMatchObject({ code: '23505' });
});

describe('an answer that the provider posted', () => {
  const HANDLE = Buffer.alloc(32, 'handle');
  const answer = { code: 'c', error: ['a', 'b'] };
  const hold = (organizationId: string, differs: { stateHash?: Buffer; now?: Date; handleHash?: Buffer } = {}) =>
    test.current.database.logins.holdOidc({
      organizationId,
      stateHash: STATE,
      handleHash: HANDLE,
      answer,
      now: NOW,
      ...differs,
    });

  it('waits under its handle, once; the state is used up', async () => {
    const organizationId = await begun();
    expect(await hold(organizationId)).toBe(true);
    expect(await hold(organizationId)).toBe(false);
    expect(await take(organizationId)).toBe('unknown');
    expect(await take(organizationId, HANDLE)).toMatchObject({ nonce: 'a nonce', answer });
    expect(await take(organizationId, HANDLE)).toBe('unknown');
  });

  it('replaces no answer that waits already', async () => {
    const organizationId = await begun();
    await hold(organizationId);
    expect(await hold(organizationId, { stateHash: HANDLE, handleHash: STATE })).toBe(false);
    expect(await take(organizationId, HANDLE)).toMatchObject({ answer });
  });

  it('is burnt when another browser comes for it', async () => {
    const organizationId = await begun();
    await hold(organizationId);
    expect(await take(organizationId, HANDLE, Buffer.alloc(32, 'thief'))).toBe('other_browser');
    expect(await take(organizationId, HANDLE)).toBe('unknown');
  });

  it('is not kept for another state, in another organization, or too late', async () => {
    const organizationId = await begun();
    expect(await hold(organizationId, { stateHash: Buffer.alloc(32, 'guess') })).toBe(false);
    expect(await hold(uuidv7())).toBe(false);
    expect(await hold(organizationId, { now: later(600) })).toBe(false);
    expect(await take(organizationId)).toMatchObject({ answer: undefined });
  });

  it('is kept for one of two posts that arrive at the same moment', async () => {
    for (let round = 0; round < 10; round += 1) {
      const organizationId = await begun();
      const held = await Promise.all([
        hold(organizationId),
        hold(organizationId, { handleHash: Buffer.alloc(32, 'other') }),
      ]);
      expect(held.filter(Boolean)).toHaveLength(1);
    }
  });

  it('remembers the user to whom an identity is to be linked', async () => {
    const organizationId = uuidv7();
    const linkUserId = uuidv7();
    const login = newLogin(organizationId);
    await test.current.database.logins.begin({ ...login, oidc: { ...login.oidc!, linkUserId } });
    expect(await take(organizationId)).toMatchObject({ linkUserId });
  });
});
