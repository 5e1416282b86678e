import { StatementLog } from '@rolecall/persistence/testing';
import type { TestBrowser } from '../testing/test-browser.ts';
import type { TestGateway } from '../testing/test-gateway.ts';
import { ACME, TestWorld } from '../testing/test-world.ts';

/** What a login asks of PostgreSQL (docs/decisions/0034): whoever adds a statement meets it here. */
describe('the statements', () => {
  let world: TestWorld;
  let log: StatementLog;
  let gateway: TestGateway;

  beforeAll(async () => {
    world = await TestWorld.open({ acme: ACME });
    log = await StatementLog.before(world.db.url);
    gateway = await world.startGateway({ databaseUrl: log.url });
    await signIn(gateway.browser(), 'first@acme.com'); // what a process asks once is asked
  });
  afterAll(async () => {
    await world?.close();
    await log?.close();
  });

  const signIn = async (browser: TestBrowser, email: string) => {
    const person = world.person(email, { role_mapping: 'engineering' });
    expect((await browser.signIn(world.idp, '/saml/acme/okta/login', person)).status).toBe(303);
  };

  it('of a login of somebody who was here before are seven', async () => {
    expect(await log.during(() => signIn(gateway.browser(), 'first@acme.com'))).toEqual([
      'logins.begin',
      'logins.accept',
      'begin',
      'login.take-verified',
      'grants.store-login',
      'login.write-at-the-end',
      'commit',
    ]);
  });

  it('of a first login look once more who has the address', async () => {
    expect(await log.during(() => signIn(gateway.browser(), 'second@acme.com'))).toEqual([
      'logins.begin',
      'logins.accept',
      'begin',
      'login.take-verified',
      'login.find-linkable-users',
      'login.create-user',
      'login.write-at-the-end',
      'commit',
    ]);
  });

  it('of an application that asks who is signed in are one', async () => {
    const browser = gateway.browser();
    await signIn(browser, 'first@acme.com');
    expect(await log.during(() => browser.get('/session'))).toEqual(['sessions.check']);
  });
});
