import type { IdpLogout, SubjectKey } from '../stores.ts';
import { document, later, METADATA_XML, NOW, useTestDatabase } from '../testing/fixture.ts';
import { seedOrganization } from '../testing/index.ts';

const test = useTestDatabase();
const hash = (text: string) => Buffer.alloc(32, text);
const EMAIL = 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress';
const OTHER = 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent';
const subject = (value: string, format = EMAIL, identityProvider = 'okta'): SubjectKey => ({
  identityProvider,
  nameId: { value, format },
});

let made = 0;
let organizationId: string;

beforeEach(async () => {
  made += 1;
  const name = `logout-${made}`;
  organizationId = (await seedOrganization(test.current.database, document(name), { metadataXml: METADATA_XML })).id;
});

/** A session whose token says which one it is. */
async function open(token: string, of: SubjectKey, sessionIndex?: string, org = organizationId): Promise<void> {
  await test.current.database.inOrganization(org, async (tx) => {
    const user = (await tx.findUserBySubject(of)) ?? (await tx.createUser(of, {}, {}, NOW)).user;
    await tx.openSession({
      tokenHash: hash(token),
      userId: user.userId,
      subject: of,
      sessionIndex,
      openedAt: NOW,
      expiresAt: later(3_600),
      idleSeconds: 600,
      announcement: undefined,
    });
  });
}

const end = (whose: Partial<IdpLogout>) =>
  test.current.database.logouts.endSessions({
    organizationId,
    identityProvider: 'okta',
    messageId: `_${Math.random()}`,
    replayableUntil: later(780),
    nameId: { value: 'eve', format: EMAIL },
    sessionIndexes: [],
    traceId: 'trace',
    now: NOW,
    ...whose,
  });

const ended = async (whose: Partial<IdpLogout>) => {
  const sessions = await end(whose);
  return sessions === 'replayed' ? sessions : sessions.map(({ tokenHash }) => tokenHash.toString().charAt(0)).sort();
};

describe('what an identity provider ended', () => {
  beforeEach(async () => {
    await open('a', subject('eve'), '_1');
    await open('b', subject('eve'), '_2');
    await open('c', subject('eve'));
    await open('d', subject('eve', OTHER), '_1');
    await open('e', subject('mo'), '_1');
  });

  it.each<[string, Partial<IdpLogout>, readonly string[]]>([
    ['all sessions of a subject', {}, ['a', 'b', 'c']],
    ['one session, and those that the IdP gave no index', { sessionIndexes: ['_1'] }, ['a', 'c']],
    ['several sessions', { sessionIndexes: ['_1', '_2', '_9'] }, ['a', 'b', 'c']],
    ['a subject whose format is left open', { nameId: { value: 'eve', format: undefined } }, ['a', 'b', 'c', 'd']],
    ['whoever has a session index', { nameId: undefined, sessionIndexes: ['_1'] }, ['a', 'd', 'e']],
    ['nobody without subject and index', { nameId: undefined }, []],
    ['nobody of another format', { nameId: { value: 'eve', format: 'urn:other' } }, []],
    ['nobody whom it does not know', { nameId: { value: 'EVE', format: EMAIL } }, []],
    ['nobody of another IdP', { identityProvider: 'entra' }, []],
  ])('is %s', async (_, whose, tokens) => {
    expect(await ended(whose)).toEqual(tokens);
  });

  it('is over at once, and stands in the audit log', async () => {
    const { sessions } = test.current.database;
    await end({ sessionIndexes: ['_2'] });
    expect(await sessions.check(organizationId, hash('b'), NOW)).toBeUndefined();
    expect(await sessions.check(organizationId, hash('a'), NOW)).toBeDefined();
    const trail = await test.current.database.inOrganization(organizationId, (tx) => tx.auditTrail(0, 10));
    expect(trail).toMatchObject([
      {
        type: 'session.revoked',
        actor: { kind: 'system' },
        traceId: 'trace',
        data: { reason: 'single_logout', identityProvider: 'okta', sessions: 2 },
      },
    ]);
  });

  it('is said once per message and connection, also at the same moment', async () => {
    const outcomes = await Promise.all(Array.from({ length: 5 }, () => ended({ messageId: '_m' })));
    expect(outcomes.filter((outcome) => outcome === 'replayed')).toHaveLength(4);
    expect(outcomes).toContainEqual(['a', 'b', 'c']);
    await open('f', subject('eve'));
    expect(await ended({ messageId: '_m' })).toBe('replayed');
    expect(await ended({ messageId: '_m', identityProvider: 'entra' })).toEqual([]);
    expect(await test.current.database.sessions.check(organizationId, hash('f'), NOW)).toBeDefined();
  });

  it('never reaches another organization', async () => {
    const globex = await seedOrganization(test.current.database, document(`other-${made}`), {
      metadataXml: METADATA_XML,
    });
    expect(await ended({ organizationId: globex.id })).toEqual([]);
    expect(await test.current.database.sessions.check(organizationId, hash('a'), NOW)).toBeDefined();
  });
});

describe('a sign-out that waits', () => {
  const logout = (stateHash?: Buffer) => ({
    organizationId,
    identityProvider: 'okta',
    requestId: '_1',
    browserHash: hash('browser'),
    stateHash,
    expiresAt: later(600),
  });
  const answer = (more: object = {}) =>
    test.current.database.logouts.answer({
      organizationId,
      identityProvider: 'okta',
      requestId: '_1',
      everywhere: true,
      stateHash: hash('state'),
      now: NOW,
      ...more,
    });
  const take = (more: object = {}) =>
    test.current.database.logouts.take({
      organizationId,
      stateHash: hash('state'),
      browserHash: hash('browser'),
      now: NOW,
      ...more,
    });

  it('ends with the answer, once, and with the browser that began it, once', async () => {
    await test.current.database.logouts.begin(logout());
    expect(await take()).toBe('here');
    expect(await Promise.all([answer(), answer()])).toEqual(expect.arrayContaining([true, false]));
    expect(await take()).toBe('everywhere');
    expect(await take()).toBe('here');
  });

  it.each([
    ['the answer says so', () => answer({ everywhere: false }), {}],
    ['the answer is to another request', () => answer({ requestId: '_2' }), {}],
    ['another IdP answers', () => answer({ identityProvider: 'entra' }), {}],
    ['the answer comes too late', () => answer({ now: later(600) }), {}],
    ['another browser comes', () => answer(), { browserHash: hash('other') }],
    ['the browser comes too late', () => answer(), { now: later(600) }],
  ])('has ended here only when %s', async (_, answered, came) => {
    await test.current.database.logouts.begin(logout());
    await answered();
    expect(await take(came)).toBe('here');
  });

  it('gets no answer at an OpenID provider, only the browser back', async () => {
    await test.current.database.logouts.begin(logout(hash('state')));
    expect(await answer()).toBe(false);
    expect(await take({ browserHash: hash('other') })).toBe('here');
    await test.current.database.logouts.begin(logout(hash('state')));
    expect(await take()).toBe('asked');
    expect(await take()).toBe('here');
  });

  it('is purged, as the ids of messages are', async () => {
    const { database } = test.current;
    await database.purgeExpired(later(780)); // what other tests left
    await database.logouts.begin(logout());
    await end({ messageId: '_purged' });
    expect(await database.purgeExpired(later(599))).toMatchObject({ logins: 0, assertions: 0 });
    expect(await database.purgeExpired(later(780))).toMatchObject({ logins: 1, assertions: 1 });
  });
});
