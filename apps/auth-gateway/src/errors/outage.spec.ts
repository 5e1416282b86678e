import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { newOrganizationToken } from '@rolecall/persistence';
import { HeldLock } from '../testing/held-lock.ts';
import { type TestGateway } from '../testing/test-gateway.ts';
import { ACME, TestWorld } from '../testing/test-world.ts';

const LOGIN = '/saml/acme/okta/login';

/** A wire to PostgreSQL that can be cut. */
class Wire {
  private readonly sockets = new Set<Socket>();
  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  static async to({ port, hostname }: URL): Promise<Wire> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const wire = new Wire(server, (server.address() as AddressInfo).port);
    server.on('connection', (near) => {
      const far = connect(Number(port), hostname);
      for (const socket of [near, far]) wire.sockets.add(socket.on('error', () => socket.destroy()));
      near.pipe(far).pipe(near);
    });
    return wire;
  }

  async cut(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

describe('when PostgreSQL goes away', () => {
  let world: TestWorld;

  beforeAll(async () => {
    world = await TestWorld.open({ acme: ACME });
  });
  afterAll(() => world?.close());

  const eve = () => world.person('eve@acme.com', { role_mapping: 'engineering' });
  const expectClearPage = async (answer: Response) => {
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('5');
    const page = await answer.text();
    expect(page).toContain('Sign-in is not available right now');
    expect(page).toMatch(/<code>[0-9a-f]{32}<\/code>/);
    expect(page).not.toMatch(/ECONN|postgres|terminat|at \w+ \(/i);
  };

  it('in the middle of a login, there is a clear page, no half-made user, and the login can go on', async () => {
    const gateway = await world.startGateway();
    const browser = gateway.browser();
    const posted = await browser.answer(world.idp, LOGIN, eve());
    const path = posted.headers.get('location') ?? '';

    // The audit chain is the last thing that a login writes: while it is locked, everything else is written and not committed.
    const lock = await HeldLock.on('audit_heads', world.db.ownerUrl);
    const answer = browser.get(path);
    await lock.terminate(await lock.blocked());
    await expectClearPage(await answer);
    await lock.release();

    for (const table of ['users', 'identities', 'grants', 'sessions', 'flow_records', 'audit_events']) {
      expect([table, await world.sql(`select * from ${table} where org_id = $1`, [world.idOf('acme')])]).toEqual([
        table,
        [],
      ]);
    }
    expect((await browser.get('/session')).status).toBe(401);
    expect((await browser.get(path)).status).toBe(303);
    expect((await browser.get('/session')).status).toBe(200);
  });

  it('altogether, every page says so, no route pretends, and it recovers (security.md 52)', async () => {
    const through = new URL(world.db.url);
    const wire = await Wire.to(through);
    through.port = String(wire.port);
    through.hostname = '127.0.0.1';
    const gateway = await world.startGateway({ databaseUrl: through.href });
    const browser = gateway.browser();
    await browser.signIn(world.idp, LOGIN, eve());
    await wire.cut();

    await expectClearPage(await browser.get('/'));
    await expectClearPage(await browser.get(LOGIN));
    const session = await browser.get('/session');
    expect([session.status, await session.json()]).toEqual([
      503,
      { error: expect.objectContaining({ code: 'database_unavailable' }) },
    ]);
    await expectClearPage(await browser.submit('/logout', {}));
    const { value: token } = newOrganizationToken(world.idOf('acme'));
    const password = 'mauve otter paddles uphill';
    for (const [path, fields] of [
      ['/login/acme/password', { address: 'eve@acme.com', password }],
      ['/login/acme/forgot', { address: 'eve@acme.com' }],
      ['/link/opened', { token }],
      ['/link/password', { token, password }],
    ] as const) {
      await expectClearPage(await browser.submit(path, fields));
    }
    expect((await browser.get('/login')).status).toBe(200);
    expect([(await browser.get('/healthz')).status, (await browser.get('/readyz')).status]).toEqual([200, 503]);
  });
});

describe('the way out of a lost database', () => {
  let world: TestWorld;
  let gateway: TestGateway;

  beforeAll(async () => {
    world = await TestWorld.open({ acme: ACME });
    gateway = await world.startGateway();
  });
  afterAll(() => world?.close());

  it('is a new connection: requests work again once PostgreSQL is back', async () => {
    await gateway.browser().get(LOGIN);
    await world.sql(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    );
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 20 && statuses.at(-1) !== 302; attempt++)
      statuses.push((await gateway.browser().get(LOGIN)).status);
    expect(statuses.at(-1)).toBe(302);
    expect(statuses.every((status) => status === 302 || status === 503)).toBe(true);
  });
});
