import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { Metrics, smtpMailer } from '@rolecall/platform';
import { ExpiryMail } from './expiry/expiry-mail.ts';
import { expiryMessage } from './expiry/expiry-message.ts';
import { readConfig } from './config.ts';
import { asOwner } from './testing/rows.ts';
import { organization, requestOf, startTestApi } from './testing/test-api.ts';
import type { TestApi } from './testing/test-api.ts';

const NOW = new Date('2026-11-01T12:00:00.000Z');
let now = NOW;
let api: TestApi;
let smtp: SMTPServer;
let refusing = false;
const mails: string[] = [];

beforeAll(async () => {
  smtp = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    onMailFrom: (_address, _session, done) => done(refusing ? new Error('not now') : null),
    onData(stream, _session, done) {
      let mail = '';
      stream.on('data', (chunk: Buffer) => (mail += chunk.toString()));
      stream.on('end', () => {
        mails.push(mail);
        done();
      });
    },
  });
  await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', resolve));
  const environment = {
    ROLECALL_SMTP_URL: `smtp://127.0.0.1:${(smtp.server.address() as AddressInfo).port}`,
    ROLECALL_MAIL_FROM: 'Rolecall <sso@example.com>',
    ROLECALL_PLATFORM_MAIL: 'platform@example.com, on-call@example.com',
  };
  api = await startTestApi(environment, () => now);
  await api.client.apply(requestOf([organization('acme')]));
});
afterAll(async () => {
  await api?.close();
  await new Promise<void>((resolve) => smtp.close(() => resolve()));
});

const ends = (at: string) =>
  asOwner(api.database.ownerUrl, (owner) =>
    owner.query(
      `insert into expiring_items select org_id, 'client-secret', 'google', $1 from organization_registry
       on conflict (org_id, kind, name) do update set expires_at = excluded.expires_at`,
      [at],
    ),
  );
/** Another replica, with connections of its own. */
const replica = () => {
  const { smtp: server, from, to } = readConfig({ ...process.env, ...configured() }).post!;
  const post = { mailer: smtpMailer(server, from), to };
  const logger = { warn: () => undefined } as never;
  return new ExpiryMail(api.database.database.expiry, post, () => now, logger, new Metrics('replica'));
};
const configured = () => ({
  DATABASE_URL: api.database.url,
  ROLECALL_MASTER_KEY: api.database.masterKey.toString('base64'),
  ROLECALL_SMTP_URL: `smtp://127.0.0.1:${(smtp.server.address() as AddressInfo).port}`,
  ROLECALL_MAIL_FROM: 'sso@example.com',
  ROLECALL_PLATFORM_MAIL: 'platform@example.com',
});

it('tells the platform team once per threshold, by one of two replicas', async () => {
  await ends('2026-11-26T00:00:00Z');
  const [first, second] = [api.app.get(ExpiryMail), replica()];
  const told = await Promise.all([first.run(), second.run()]);
  expect(told.toSorted((a, b) => a - b)).toEqual([0, 1]);
  expect(mails).toHaveLength(1);
  expect(mails[0]).toContain('Subject: Rolecall: 1 thing ends soon');
  expect(mails[0]).toMatch(/acme: Client secret google\s+2026-11-26 \(in 24 days\)/);
  expect(await first.run()).toBe(0);
  now = new Date('2026-11-13T00:00:00Z');
  expect(await second.run()).toBe(1);
  expect(await first.run()).toBe(0);
  expect(mails).toHaveLength(2);
});

it('tries again when the mail server refuses, and says so in the metrics and without an address', async () => {
  now = new Date('2026-11-20T00:00:00Z');
  refusing = true;
  const mail = api.app.get(ExpiryMail);
  const error: unknown = await mail.run().catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: 'mail_refused' });
  expect(String(error)).not.toContain('example.com');
  refusing = false;
  mails.length = 0;
  expect(await mail.run()).toBe(1);
  expect(mails).toHaveLength(1);
  const { text: metrics } = await api.client.call('GET', '/metrics');
  expect(metrics).toMatch(/rolecall_expiry_mails_total\{outcome="failed",app="admin-api"\} 1/);
});

it('needs a server and a sender when there is somebody to tell', () => {
  const environment = { ...configured(), ROLECALL_SMTP_URL: undefined };
  expect(() => readConfig(environment)).toThrow('ROLECALL_SMTP_URL is missing');
  expect(() => readConfig({ ...configured(), ROLECALL_SMTP_URL: 'smtp://u:PLANTED@[' })).toThrow('(not shown)');
  expect(() => readConfig({ ...configured(), ROLECALL_MAIL_FROM: 'a@example.com\nBcc: b@example.com' })).toThrow(
    'ROLECALL_MAIL_FROM',
  );
  expect(readConfig({ ...configured(), ROLECALL_PLATFORM_MAIL: undefined }).post).toBeUndefined();
});

it('takes no name for markup, and lists a hundred at most', () => {
  const item = (name: string) => ({ organization: undefined, kind: 'api-token' as const, name, expiresAt: now });
  const { html, text: plain } = expiryMessage([item('<img src=x> & "co"')], ['a@example.com'], now);
  expect(html).toContain('&lt;img src=x&gt; &amp; &quot;co&quot;');
  expect(plain).toContain('<img src=x>');
  const many = expiryMessage(
    Array.from({ length: 130 }, (_, index) => item(`t-${index}`)),
    ['a@example.com'],
    now,
  );
  expect(many.text).toContain('And 30 more.');
  expect(many.text).not.toMatch(/t-100\b/);
});
