import { randomBytes } from 'node:crypto';
import type { AuditEvent, WireEvent } from '@rolecall/audit';
import { asClient } from '@rolecall/persistence';
import { Metrics } from '@rolecall/platform';
import { Webhook } from 'standardwebhooks';
import { AuditStream } from './streams/stream.ts';
import { syslogSink } from './streams/syslog.ts';
import { webhookSink } from './streams/webhook.ts';
import { syslogReceiver, webhookReceiver } from './testing/receivers.ts';
import type { Posted, Receiver } from './testing/receivers.ts';
import { organization, requestOf, startTestApi } from './testing/test-api.ts';
import type { TestApi } from './testing/test-api.ts';

interface Batch {
  readonly type: string;
  readonly data: {
    readonly events: readonly (Pick<WireEvent, 'seq' | 'type' | 'client'> & { readonly organization: string | null })[];
  };
}

const NOW = new Date();
const later = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);
const secret = randomBytes(32);
const former = randomBytes(32);
const oracle = (key: Buffer) => new Webhook(key.toString('base64'));

let api: TestApi;
let webhook: Receiver<Posted>;
let status: number;
let now: Date;
const opened: { close(): Promise<unknown> }[] = [];

beforeEach(async () => {
  api = await startTestApi();
  await api.client.apply(requestOf([organization('acme'), organization('globex')]));
  status = 204;
  now = NOW;
  webhook = await webhookReceiver(() => status);
});
afterEach(async () => {
  await webhook?.close();
  await Promise.all(opened.splice(0).map((one) => one.close()));
  await api?.close();
});

const hook = (secrets = [secret]) => webhookSink({ url: `http://127.0.0.1:${webhook.port}/audit`, secrets });
const logged: string[] = [];
const logger = { warn: (_: unknown, message: string) => logged.push(message), info: () => undefined } as never;

/** As one process has it; nothing runs by itself. */
async function streamTo(...sinks: ConstructorParameters<typeof AuditStream>[1]): Promise<AuditStream> {
  const { auditStreams } = api.database.database;
  await auditStreams.configure(
    sinks.map(({ name }) => name),
    now,
  );
  return new AuditStream(auditStreams, sinks, () => now, logger, new Metrics('test'));
}

async function happens(name: string, count = 1): Promise<void> {
  const { database } = api.database;
  const { organizationId = '' } = (await database.registry.record(name)) ?? {};
  const event: AuditEvent = {
    type: 'login.succeeded',
    at: NOW,
    actor: { kind: 'user', id: 'u' },
    subject: 'u',
    data: { identityProvider: 'okta' },
  };
  const events = Array.from({ length: count }, () => event);
  await asClient('192.0.2.7', () => database.inOrganization(organizationId, (tx) => tx.audit(events)));
}

const batches = () => webhook.got.map(({ body }) => (JSON.parse(body) as Batch).data.events);
const seqs = (name: string) =>
  batches().flatMap((events) => events.filter((one) => one.organization === name).map(({ seq }) => seq));

it('posts what happens, signed as Standard Webhooks has it, from now on', async () => {
  const stream = await streamTo(hook());
  await stream.run(hook());
  expect(webhook.got).toEqual([]); // what was before is in the log, and in an export
  await happens('acme', 2);
  await happens('globex');
  await stream.run(hook());
  expect(webhook.got).toHaveLength(1);
  const [{ headers, body }] = webhook.got as [Posted];
  expect(oracle(secret).verify(body, headers as Record<string, string>)).toMatchObject({ type: 'audit.events' });
  expect(() => oracle(former).verify(body, headers as Record<string, string>)).toThrow('No matching signature found');
  expect(() => oracle(secret).verify(`${body} `, headers as Record<string, string>)).toThrow('No matching signature');
  expect(batches()[0]?.map((event) => [event.organization, event.type, event.seq])).toEqual(
    expect.arrayContaining([
      ['acme', 'login.succeeded', 2],
      ['acme', 'login.succeeded', 3],
      ['globex', 'login.succeeded', 2],
    ]),
  );
  for (const event of batches()[0] ?? []) expect(event.client?.address).toBe('192.0.2.7');
  await stream.run(hook());
  expect(webhook.got).toHaveLength(1);
});

it('signs by both secrets while one takes over from the other', async () => {
  const stream = await streamTo(hook());
  await happens('acme');
  await stream.run(hook([secret, former]));
  const [{ headers, body }] = webhook.got as [Posted];
  for (const key of [secret, former]) {
    expect(oracle(key).verify(body, headers as Record<string, string>)).toMatchObject({ type: 'audit.events' });
  }
});

it('sends a hundred at once at most, each once and in order, and lets no busy organization keep others waiting', async () => {
  const stream = await streamTo(hook());
  await happens('acme', 450);
  await happens('globex', 3);
  await stream.run(hook());
  expect(Math.max(...batches().map(({ length }) => length))).toBe(100);
  expect(seqs('acme')).toEqual(Array.from({ length: 450 }, (_, index) => index + 2));
  expect(batches()[0]?.filter((one) => one.organization === 'globex')).toHaveLength(3);
});

it.each([500, 404, 302, 0])(
  'keeps what the receiver did not take (%s), waits longer each time, and loses nothing',
  async (failing) => {
    const stream = await streamTo(hook());
    await happens('acme');
    status = failing;
    await stream.run(hook());
    await stream.run(hook()); // not due yet
    expect(webhook.got).toHaveLength(1);
    now = later(1.1);
    await stream.run(hook());
    now = later(2.5); // the second wait is twice as long
    await stream.run(hook());
    expect(webhook.got).toHaveLength(2);
    await happens('acme');
    status = 200;
    now = later(10);
    await stream.run(hook());
    expect(seqs('acme')).toEqual([2, 2, 2, 3]);
    const [first, second] = webhook.got;
    expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
    await stream.run(hook());
    expect(webhook.got).toHaveLength(3);
  },
);

it('sends a batch again when the process died before it noted it, and two processes send it once', async () => {
  const { auditStreams } = api.database.database;
  const stream = await streamTo(hook());
  await happens('acme');
  await auditStreams.claim('webhook', now, later(60)); // and is killed in the middle of the batch
  await hook().send(await auditStreams.unsent('webhook', 100), now);
  await stream.run(hook());
  expect(seqs('acme')).toEqual([2]);
  now = later(61);
  await Promise.all([stream.run(hook()), stream.run(hook()), (await streamTo(hook())).run(hook())]);
  expect(seqs('acme')).toEqual([2, 2]);
});

it('loses nothing that is written while it sends', async () => {
  const stream = await streamTo(hook());
  const writing = (async () => {
    for (let n = 0; n < 40; n += 1) await happens(n % 2 ? 'acme' : 'globex');
  })();
  let isDone = false;
  void writing.then(() => (isDone = true));
  while (!isDone) await stream.run(hook());
  await stream.run(hook());
  for (const name of ['acme', 'globex'])
    expect(seqs(name)).toEqual(Array.from({ length: 20 }, (_, index) => index + 2));
  expect(await api.database.database.auditStreams.backlog()).toEqual({ webhook: 0 });
});

it('goes to a syslog receiver as messages of RFC 5424, each with its length', async () => {
  const receiver = await syslogReceiver();
  opened.push(receiver);
  const sink = syslogSink({ host: '127.0.0.1', port: receiver.port, tls: false }, 'admin.example.com');
  const stream = await streamTo(sink);
  await happens('acme', 2);
  await stream.run(sink);
  const [frames = ''] = receiver.got;
  const messages: string[] = [];
  for (let rest = frames; rest !== '';) {
    const length = Number.parseInt(rest, 10);
    const start = String(length).length + 1;
    messages.push(rest.slice(start, start + length));
    rest = rest.slice(start + length);
  }
  expect(messages).toHaveLength(2);
  for (const message of messages)
    expect(message).toMatch(/^<109>1 \S+Z admin\.example\.com rolecall - login\.succeeded - \{.*\}$/);
});

it('keeps nobody waiting for a receiver that is dead', async () => {
  const gone = await syslogReceiver();
  await gone.close();
  const dead = syslogSink({ host: '127.0.0.1', port: gone.port, tls: false }, 'h');
  const stream = await streamTo(dead, hook());
  await happens('acme');
  await Promise.all([stream.run(dead), stream.run(hook())]);
  expect(seqs('acme')).toEqual([2]);
  expect(await api.database.database.auditStreams.backlog()).toEqual({ webhook: 0, syslog: 1 });
  expect(logged).toContain('a sink of the audit log took nothing');
});

it('trusts no TLS receiver that the system does not', async () => {
  const { key, cert } = await selfSigned();
  const receiver = await syslogReceiver({ key, cert });
  opened.push(receiver);
  const at = { host: 'localhost', port: receiver.port, tls: true };
  const events = [] as const;
  await expect(syslogSink(at, 'h').send(events, NOW)).rejects.toThrow('the syslog receiver does not take messages');
  await expect(syslogSink({ ...at, ca: cert }, 'h').send(events, NOW)).resolves.toBeUndefined();
});

it('runs by itself in the app, and forgets a sink that is no more', async () => {
  const own = await startTestApi({
    ROLECALL_WEBHOOK_URL: `http://127.0.0.1:${webhook.port}/audit`,
    ROLECALL_WEBHOOK_SECRET: `whsec_${secret.toString('base64')}`,
  });
  opened.push(own);
  await own.client.apply(requestOf([organization('acme')]));
  await until(() => seqs('acme').includes(1));
  expect(own.log.join('')).not.toContain(secret.toString('base64'));
  await own.database.database.auditStreams.configure([], NOW);
  expect(await own.database.database.auditStreams.backlog()).toEqual({});
});

async function until(holds: () => boolean): Promise<void> {
  const end = Date.now() + 20_000;
  while (!holds()) {
    if (Date.now() > end) throw new Error('it did not come');
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
  }
}

async function selfSigned(): Promise<{ key: string; cert: string }> {
  const x509 = await import('@peculiar/x509');
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=localhost',
    keys,
    signingAlgorithm: algorithm,
    extensions: [new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: 'localhost' }])],
  });
  const pkcs8 = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  return {
    key: `-----BEGIN PRIVATE KEY-----\n${pkcs8}\n-----END PRIVATE KEY-----\n`,
    cert: certificate.toString('pem'),
  };
}
