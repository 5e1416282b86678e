import { openDatabase, type OutgoingMail } from '@rolecall/persistence';
import { createLogger, MailDelivery, Metrics, smtpMailer, smtpUrl } from '@rolecall/platform';
import { startTestSmtp, type TestSmtp } from '@rolecall/platform/testing';
import { ACME, TestWorld } from './testing/test-world.ts';

const GATEWAY = 'https://sso.example.com';
const FROM = { name: 'Rolecall', address: 'sso@example.com' };
const code = (text: string, to = 'eve@acme.com'): OutgoingMail => ({ kind: 'email-code', to, data: { code: text } });

describe('mails of the outbox', () => {
  let world: TestWorld;
  let smtp: TestSmtp;
  const logged: string[] = [];
  const stops: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    world = await TestWorld.open({ acme: { ...ACME, displayName: 'Acme Corp' } });
    smtp = await startTestSmtp();
  });
  beforeEach(() => {
    smtp.refuse();
    smtp.forget();
    logged.length = 0;
  });
  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop();
    world.pass(4 * 24 * 60);
    await world.db.database.mails.giveUp(world.now);
  });
  afterAll(async () => {
    await smtp?.close();
    await world?.close();
  });

  const queue = (...mails: OutgoingMail[]) =>
    world.db.database.inOrganization(world.idOf('acme'), async (tx) => {
      for (const mail of mails) await tx.mail(mail, world.now);
    });
  const waiting = () => world.db.database.mails.waiting();
  /** Of a process of its own. It looks by itself only after `start`. */
  const delivery = async () => {
    const database = await openDatabase({ url: world.db.url, masterKey: world.db.masterKey, poolSize: 3 });
    const server = smtpUrl.parse(smtp.url);
    if (server === undefined) throw new Error('no mail server');
    const metrics = new Metrics('sender');
    const made = new MailDelivery({
      database,
      mailer: smtpMailer(server, FROM),
      gatewayUrl: GATEWAY,
      clock: () => world.now,
      logger: createLogger({ app: 'sender', level: 'debug' }, { write: (line) => void logged.push(line) }),
      metrics,
      everyMs: 60_000,
    });
    stops.push(async () => {
      await made.beforeApplicationShutdown();
      await database.close();
    });
    return Object.assign(made, { metrics });
  };
  const byText = (a = '', b = '') => a.localeCompare(b);
  const codes = () => smtp.mails.map(({ text }) => /\d{4,}/.exec(text)?.[0]).toSorted(byText);

  it('are sent once each by two processes that send at the same moment', async () => {
    const [first, second] = [await delivery(), await delivery()];
    const wanted = Array.from({ length: 20 }, (_, at) => String(1000 + at));
    await queue(...wanted.map((text) => code(text)));
    const sent = await Promise.all([first.run(), second.run()]);
    expect(sent[0] + sent[1]).toBe(20);
    expect(codes()).toEqual(wanted);
    expect(await waiting()).toBe(0);
  });

  it('are sent a second time, and recognizably the same, when a process dies between sending and forgetting', async () => {
    await queue(code('22222222'));
    const claimed = await world.db.database.mails.claim(world.now, 1); // by the one that dies now
    expect(claimed).toHaveLength(1);
    const other = await delivery();
    expect(await other.run()).toBe(0);
    world.pass(1);
    expect(await other.run()).toBe(1);
    expect(smtp.mails[0]?.headers.get('message-id')).toEqual([`<${claimed[0]?.mailId}@example.com>`]);
  });

  it('wait while the mail server is away, are tried again, and no log has an address', async () => {
    const sender = await delivery();
    smtp.refuse({ code: 451, message: 'try later, eve@acme.com' });
    await queue(code('33333333'));
    expect(await sender.run()).toBe(0);
    expect(await sender.run()).toBe(0);
    expect(logged.join('')).toContain('"code":"mail_refused"');
    expect(logged.join('')).not.toMatch(/eve@acme|33333333/);
    smtp.refuse();
    world.pass(1);
    expect(await sender.run()).toBe(1);
    expect(codes()).toEqual(['33333333']);
    expect(await sender.metrics.render()).toContain('{kind="email-code",outcome="failed",app="sender"} 1');
  });

  it('are given up at once when nobody has the address, and after their time', async () => {
    const sender = await delivery();
    smtp.refuse({ code: 550, message: 'no such user' });
    await queue(code('4444'), code('5555', 'no address at all'));
    expect(await sender.run()).toBe(0);
    expect(await waiting()).toBe(0);
    smtp.refuse({ code: 451, message: 'later' });
    await queue(code('6666'));
    expect(await sender.run()).toBe(0);
    smtp.refuse();
    world.pass(11);
    expect(await sender.run()).toBe(0);
    expect(await waiting()).toBe(0);
    expect(smtp.mails).toEqual([]);
    expect(await sender.metrics.render()).toContain('{kind="any",outcome="given_up",app="sender"} 1');
  });

  it('of which one cannot be read keep no other from being sent', async () => {
    await queue(code('7777'));
    await world.sql(`update mails set sealed = '\\x01'`);
    await queue(code('8888'));
    const sender = await delivery();
    expect(await sender.run()).toBe(1);
    expect(codes()).toEqual(['8888']);
    expect(logged.join('')).toContain('sealed_secret_invalid');
  });

  it('that are under way are finished when the process stops, and no other is begun', async () => {
    const release = smtp.hold();
    const sender = await delivery();
    await queue(...['1001', '1002', '1003', '1004', '1005', '1006'].map((text) => code(text)));
    sender.onApplicationBootstrap();
    await world.until(async () => (await world.sql('select from due_mails where tries = 1')).length === 4);
    let stopped = false;
    const stopping = sender.beforeApplicationShutdown().then(() => (stopped = true));
    expect(stopped).toBe(false);
    release();
    await stopping;
    expect(smtp.mails).toHaveLength(4);
    expect(await waiting()).toBe(2);
  });

  it('wait where no mail server is configured, which the log says at the start', async () => {
    const gateway = await world.startGateway();
    expect(gateway.logLines.join('')).toContain('"code":"mail_not_configured"');
    await queue(code('9999'));
    expect(await waiting()).toBe(1);
  });

  // the last one: this gateway sends whatever is queued from now on
  it('are sent at once by a gateway that runs, in the name of the organization', async () => {
    const gateway = await world.startGateway({ smtpUrl: smtp.url });
    await queue(code('11111111'));
    await world.until(async () => smtp.mails.length === 1);
    expect(smtp.mails[0]).toMatchObject({
      from: 'Acme Corp <sso@example.com>',
      recipients: ['eve@acme.com'],
      subject: 'Your code to sign in to Acme Corp',
    });
    expect(smtp.mails[0]?.text).toContain(`${GATEWAY}/login/acme`);
    await world.until(async () => (await waiting()) === 0);
    const metrics = await (await fetch(`${gateway.address}/metrics`)).text();
    expect(metrics).toContain('rolecall_mails_total{kind="email-code",outcome="sent",app="auth-gateway"} 1');
    expect(metrics).toContain('rolecall_mails_waiting{state="waiting",app="auth-gateway"} 0');
  });
});
