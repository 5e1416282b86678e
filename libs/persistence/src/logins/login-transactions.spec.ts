import { v7 as uuidv7 } from 'uuid';
import { oneTimeStoreContract } from '@rolecall/saml/testing';
import type { VerifiedAssertion } from '@rolecall/saml';
import { openDatabase } from '../database.ts';
import { document, later, METADATA_XML, NOW, subject, useTestDatabase } from '../testing/fixture.ts';
import { seedOrganization } from '../testing/index.ts';
import { assertion, at, BROWSER, HANDLE, newLogin } from '../testing/waiting-login.ts';
import type { AcceptedLogin, OrganizationTransaction } from '../stores.ts';

const test = useTestDatabase();

oneTimeStoreContract('PostgreSQL', async () => {
  const organizationId = uuidv7();
  const { logins } = test.current.database;
  const providerOf = (connectionId: string) => connectionId.split('/')[1] ?? '';
  return {
    begin: ({ connectionId, requestId, expiresAt }) =>
      logins.begin({ ...newLogin(organizationId, requestId), identityProvider: providerOf(connectionId), expiresAt }),
    store: {
      accept: (assertion, now) =>
        acceptEither(
          {
            organizationId,
            identityProvider: providerOf(assertion.connectionId),
            handleHash: Buffer.from(uuidv7()),
            facts: {},
            now,
          },
          assertion,
        ),
    },
  };
});

it('accepts one of two copies that arrive at two processes at the same moment', async () => {
  const other = await openDatabase({ url: test.current.url, masterKey: test.current.masterKey, poolSize: 2 });
  const outcomes: string[] = [];
  for (let round = 0; round < 20; round += 1) {
    const organizationId = uuidv7();
    await test.current.database.logins.begin(newLogin(organizationId, '_r'));
    const both = [test.current.database, other].map(({ logins }) =>
      logins.accept(at(organizationId), assertion('_r', '_a')),
    );
    outcomes.push(...(await Promise.all(both)));
  }
  await other.close();
  expect(outcomes.filter((outcome) => outcome === 'accepted')).toHaveLength(20);
  expect(outcomes.filter((outcome) => outcome === 'replayed_assertion')).toHaveLength(20);
});

it('knows a pending request and forgets it when it is answered', async () => {
  const organizationId = uuidv7();
  const { logins } = test.current.database;
  await logins.begin(newLogin(organizationId, '_r'));
  expect(await logins.pending(organizationId, '_r')).toEqual({ traceId: 'trace', mode: 'login' });
  expect(await logins.pending(uuidv7(), '_r')).toBeUndefined();
  await logins.accept(at(organizationId), assertion('_r', '_a'));
  expect(await logins.pending(organizationId, '_r')).toBeUndefined();
});

describe('the verified login', () => {
  async function accepted(): Promise<string> {
    const organizationId = uuidv7();
    const { logins } = test.current.database;
    await logins.begin({ ...newLogin(organizationId, '_r'), returnTo: 'https://app.example/' });
    await logins.accept(at(organizationId), assertion('_r', '_a'));
    return organizationId;
  }
  const take = (organizationId: string, handle = HANDLE, browser = BROWSER, now = NOW) =>
    test.current.database.inOrganization(organizationId, (tx) => tx.takeVerifiedLogin(handle, browser, now));

  it('is given to the browser that began, once', async () => {
    const organizationId = await accepted();
    expect(await take(organizationId)).toEqual({
      identityProvider: 'okta',
      traceId: 'trace',
      returnTo: 'https://app.example/',
      mode: 'login',
      startedAt: NOW,
      nameId: subject('eve').nameId,
      sessionIndex: '_session',
      sessionNotOnOrAfter: later(3600),
      facts: { email: 'eve@acme.example', groups: ['a', 'b'] },
      unsolicited: false,
    });
    expect(await take(organizationId)).toBe('unknown');
  });

  it('comes with the user of its subject, who is read again from then on', async () => {
    const { database } = test.current;
    const { id: organizationId } = await seedOrganization(database, document('known'), { metadataXml: METADATA_XML });
    await database.logins.begin(newLogin(organizationId, '_r'));
    await database.logins.accept(at(organizationId), assertion('_r', '_a'));
    const { user } = await database.inOrganization(organizationId, (tx) =>
      tx.createUser(subject('eve'), { displayName: 'Eve' }, {}, NOW),
    );
    await database.inOrganization(organizationId, async (tx) => {
      await tx.takeVerifiedLogin(HANDLE, BROWSER, NOW);
      expect(await tx.findUserBySubject(subject('somebody else'))).toBeUndefined();
    });
    await database.logins.begin(newLogin(organizationId, '_r2'));
    await database.logins.accept(at(organizationId), assertion('_r2', '_a2'));
    await database.inOrganization(organizationId, async (tx) => {
      await tx.takeVerifiedLogin(HANDLE, BROWSER, NOW);
      expect(await tx.findUserBySubject(subject('eve'))).toEqual(user);
      await tx.recordLogin({
        userId: user.userId,
        subject: subject('eve'),
        profile: { displayName: 'Eve Two' },
        facts: {},
        now: NOW,
      });
      expect((await tx.findUserBySubject(subject('eve')))?.profile).toEqual({ displayName: 'Eve Two' });
    });
  });

  it('is burnt when another browser asks for it', async () => {
    const organizationId = await accepted();
    expect(await take(organizationId, HANDLE, Buffer.alloc(32, 'thief'))).toBe('other_browser');
    expect(await take(organizationId)).toBe('unknown');
  });

  it('is unknown under another handle, in another organization, and when it has expired', async () => {
    const organizationId = await accepted();
    expect(await take(organizationId, Buffer.alloc(32, 'guess'))).toBe('unknown');
    expect(await take(uuidv7())).toBe('unknown');
    expect(await take(organizationId, HANDLE, BROWSER, later(600))).toBe('unknown');
  });

  it('stays when the transaction that took it fails', async () => {
    const organizationId = await accepted();
    const failing = test.current.database.inOrganization(organizationId, async (tx) => {
      await tx.takeVerifiedLogin(HANDLE, BROWSER, NOW);
      throw new Error('stop');
    });
    await expect(failing).rejects.toThrow('stop');
    expect(await take(organizationId)).toMatchObject({ traceId: 'trace' });
  });
});

describe('a login that began at the IdP', () => {
  const OTHER = Buffer.alloc(32, 'other');
  async function accepted(expiresAt = later(300)): Promise<string> {
    const organizationId = uuidv7();
    const unbound = { ...at(organizationId), traceId: 'trace', expiresAt };
    const acceptance = await test.current.database.logins.acceptUnsolicited(unbound, assertion(undefined, '_a'));
    expect(acceptance).toBe('accepted');
    return organizationId;
  }
  const inside = <T>(organizationId: string, work: (tx: OrganizationTransaction) => Promise<T>) =>
    test.current.database.inOrganization(organizationId, work);
  const claim = (organizationId: string, browser = BROWSER, now = NOW) =>
    inside(organizationId, (tx) => tx.claimUnsolicitedLogin(HANDLE, browser, now));
  const take = (organizationId: string, browser = BROWSER) =>
    inside(organizationId, (tx) => tx.takeUnsolicitedLogin(HANDLE, browser, NOW));

  it('is bound to the first browser that shows its handle, and given to it once', async () => {
    const organizationId = await accepted();
    const shown = { identityProvider: 'okta', traceId: 'trace', nameId: subject('eve').nameId };
    expect(await claim(organizationId)).toEqual(shown);
    expect(await claim(organizationId)).toEqual(shown);
    expect(await claim(organizationId, OTHER)).toBe('other_browser');
    expect(await take(organizationId)).toMatchObject({ ...shown, unsolicited: true, startedAt: NOW, mode: 'login' });
    expect(await take(organizationId)).toBe('unknown');
    expect(await claim(organizationId)).toBe('unknown');
  });

  it('is bound to one of two browsers that show it at the same moment', async () => {
    const organizationId = await accepted();
    const both = await Promise.all([claim(organizationId), claim(organizationId, OTHER)]);
    expect(both.filter((outcome) => outcome === 'other_browser')).toHaveLength(1);
  });

  it('is given to nobody who was not shown it, and burnt', async () => {
    const unclaimed = await accepted();
    expect(await take(unclaimed)).toBe('other_browser');
    expect(await claim(unclaimed)).toBe('unknown');
    const claimed = await accepted();
    await claim(claimed);
    expect(await take(claimed, OTHER)).toBe('other_browser');
    expect(await take(claimed)).toBe('unknown');
  });

  it('never passes for one that was asked for, nor the other way round', async () => {
    const unsolicited = await accepted();
    await claim(unsolicited);
    expect(await inside(unsolicited, (tx) => tx.takeVerifiedLogin(HANDLE, BROWSER, NOW))).toBe('unknown');
    expect(await take(unsolicited)).toMatchObject({ unsolicited: true });
    const asked = uuidv7();
    await test.current.database.logins.begin(newLogin(asked, '_r'));
    await test.current.database.logins.accept(at(asked), assertion('_r', '_a'));
    expect([await claim(asked), await take(asked)]).toEqual(['unknown', 'unknown']);
  });

  it('is over when its time is', async () => {
    const organizationId = await accepted(later(120));
    expect(await claim(organizationId, BROWSER, later(120))).toBe('unknown');
  });
});

/** As the gateway does it: by what the assertion says. */
function acceptEither(place: AcceptedLogin, verified: VerifiedAssertion) {
  const { logins } = test.current.database;
  if (verified.inResponseTo !== undefined) return logins.accept(place, verified);
  return logins.acceptUnsolicited({ ...place, traceId: 'trace', expiresAt: later(300) }, verified);
}
