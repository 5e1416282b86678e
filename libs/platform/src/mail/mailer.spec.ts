import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import type { SMTPServerOptions } from 'smtp-server';
import { smtpMailer } from './mailer.ts';
import type { Mail } from './mailer.ts';
import { isMailAddress, parseMailAddresses, parseMailbox } from './address.ts';
import { parseSmtpUrl } from './smtp-server.ts';

const MAIL: Mail = {
  to: ['platform@example.com'],
  subject: 'Grüße',
  text: 'The certificate ends.',
  html: '<p>The certificate <b>ends</b>.</p>',
};
const FROM = { name: 'Rolecall', address: 'sso@example.com' };

/** What the server was handed. */
interface Taken {
  readonly from: string;
  readonly to: readonly string[];
  readonly source: string;
}

let server: SMTPServer | undefined;
const taken: Taken[] = [];
afterEach(async () => {
  taken.length = 0;
  await new Promise<void>((resolve) => (server ? server.close(resolve) : resolve()));
  server = undefined;
});

async function start(options: SMTPServerOptions = {}): Promise<number> {
  const started = new SMTPServer({
    disabledCommands: options.onAuth ? ['STARTTLS'] : ['AUTH', 'STARTTLS'],
    hideSTARTTLS: true,
    allowInsecureAuth: true,
    ...options,
    onData(stream, { envelope }, done) {
      const from = envelope.mailFrom ? envelope.mailFrom.address : '';
      const to = envelope.rcptTo.map(({ address }) => address);
      let source = '';
      stream.on('data', (chunk: Buffer) => (source += chunk.toString()));
      stream.on('end', () => {
        taken.push({ from, to, source });
        done();
      });
    },
  });
  started.on('error', () => undefined);
  server = started;
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
  return (started.server.address() as AddressInfo).port;
}
const mailerAt = (url: string, timeoutMs?: number) => {
  const at = parseSmtpUrl(url);
  if (at === undefined) throw new Error(`no URL of a mail server: ${url}`);
  return smtpMailer(at, FROM, timeoutMs);
};

it('hands over a message with a text and an HTML body', async () => {
  const mailer = mailerAt(`smtp://127.0.0.1:${await start()}`);
  await mailer.send(MAIL);
  expect(taken).toHaveLength(1);
  const [{ from, to, source } = { from: '', to: [], source: '' }] = taken;
  expect([from, to]).toEqual(['sso@example.com', ['platform@example.com']]);
  expect(source).toContain('From: Rolecall <sso@example.com>');
  expect(source).toContain('Subject: =?UTF-8?');
  expect(source).toMatch(
    /multipart\/alternative[^]*text\/plain[^]*The certificate ends\.[^]*text\/html[^]*<b>ends<\/b>/,
  );
  mailer.close();
});

it.each([
  ['a second header', 'Acme\r\nBcc: thief@example.com'],
  ['another direction', 'Acme \u202emoc.elpmaxe'],
  ['an address of the web', 'Acme https://evil.example'],
])('takes nothing for more than the name of a sender: %s (security.md 43)', async (_what, fromName) => {
  const mailer = mailerAt(`smtp://127.0.0.1:${await start()}`);
  await mailer.send({ ...MAIL, fromName });
  const [{ from, to, source } = { from: '', to: [], source: '' }] = taken;
  expect([from, to]).toEqual(['sso@example.com', ['platform@example.com']]);
  const [header = ''] = /^From: .*(?:\r\n[ \t].*)*/m.exec(source) ?? [];
  expect(header).toMatch(
    /^From: (?:Acme|"Acme [^"]*") .*<sso@example\.com>$|^From: "?Acme [\w.: @-]*"? <sso@example\.com>$/,
  );
  expect(header).not.toMatch(/:\/\/|=\?UTF-8|\u202e/);
  expect(source).not.toMatch(/^Bcc:/im);
  mailer.close();
});

it.each<[string, Partial<Mail>]>([
  ['a subject with a second header', { subject: 'x\r\nBcc: thief@example.com' }],
  ['a subject with a bare line feed', { subject: 'x\nBcc: thief@example.com' }],
  ['a subject with another line separator', { subject: 'x\u2028y' }],
  ['a recipient with a second header', { to: ['a@example.com\r\nBcc: thief@example.com'] }],
  ['a recipient that is a list', { to: ['a@example.com, thief@example.com'] }],
  ['a recipient with a name', { to: ['A <a@example.com>'] }],
  ['a recipient in quotes', { to: ['"a thief@example.com"@example.com'] }],
  ['a recipient with a route', { to: ['<@thief.example:a@example.com>'] }],
  ['nobody', { to: [] }],
  ['no subject', { subject: '' }],
])('sends nothing with %s', async (_, more) => {
  const mailer = mailerAt(`smtp://127.0.0.1:${await start()}`);
  await expect(mailer.send({ ...MAIL, ...more })).rejects.toMatchObject({ code: 'invalid_mail' });
  expect(taken).toEqual([]);
});

it('takes nothing in a body for a command or a file', async () => {
  const mailer = mailerAt(`smtp://127.0.0.1:${await start()}`);
  await mailer.send({ ...MAIL, text: 'one\r\n.\r\nRCPT TO:<thief@example.com>\r\n', html: '<p>x</p>\r\n.\r\nQUIT' });
  expect(taken).toHaveLength(1);
  expect(taken[0]?.to).toEqual(['platform@example.com']);
});

it('signs in, and says that it could not without saying with what', async () => {
  const port = await start({
    authOptional: false,
    onAuth: ({ username, password }, _session, done) => {
      if (username === 'sso@example.com' && password === 'p@ss/word') done(null, { user: username });
      else done(new Error('no such user'));
    },
  });
  await mailerAt(`smtp://sso%40example.com:p%40ss%2Fword@127.0.0.1:${port}`).send(MAIL);
  expect(taken).toHaveLength(1);
  const refused: unknown = await mailerAt(`smtp://sso:WRONG-PASSWORD@127.0.0.1:${port}`)
    .send(MAIL)
    .catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: 'mail_refused' });
  expect(String(refused)).not.toContain('WRONG-PASSWORD');
});

it('says that a recipient was refused without saying which', async () => {
  const port = await start({ onRcptTo: (_address, _session, done) => done(new Error('no such user here')) });
  const refused: unknown = await mailerAt(`smtp://127.0.0.1:${port}`)
    .send(MAIL)
    .catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: 'recipient_refused' });
  expect(String(refused)).not.toContain('platform@example.com');
});

it('sends nothing in the clear where TLS is wanted, and nothing to a server that is away or silent', async () => {
  const port = await start();
  const wanted = smtpMailer({ host: '127.0.0.1', port, implicitTls: false, requireTls: true }, FROM);
  await expect(wanted.send(MAIL)).rejects.toMatchObject({ code: 'mail_refused' });
  await expect(mailerAt(`smtps://127.0.0.1:${port}`, 500).send(MAIL)).rejects.toMatchObject({
    code: 'mail_server_unreachable',
  });
  await expect(mailerAt('smtp://127.0.0.1:1').send(MAIL)).rejects.toMatchObject({ code: 'mail_server_unreachable' });
  expect(taken).toEqual([]);
});

it.each([
  ['smtps://mail.example.com', { host: 'mail.example.com', port: 465, implicitTls: true, requireTls: false }],
  ['smtp://mail.example.com', { host: 'mail.example.com', port: 587, implicitTls: false, requireTls: true }],
  ['smtp://10.0.0.1:25?tls=off', { host: '10.0.0.1', port: 25, implicitTls: false, requireTls: false }],
  ['smtp://[::1]:25', { host: '::1', port: 25, implicitTls: false, requireTls: false }],
  ['smtp://127.evil.example', { host: '127.evil.example', port: 587, implicitTls: false, requireTls: true }],
  ['smtps://mail.example.com?tls=off', undefined],
  ['smtp://mail.example.com?tls=no', undefined],
  ['smtp://mail.example.com/path', undefined],
  ['https://mail.example.com', undefined],
  ['smtp://u:%ff@mail.example.com', undefined],
  ['mail.example.com', undefined],
])('reads %s', (url, wanted) => {
  expect(parseSmtpUrl(url)).toEqual(wanted);
});

it('knows plain addresses', () => {
  const good = ['a@example.com', "o'neil+x@sub.example.co", 'sso@localhost', `${'a'.repeat(64)}@example.com`];
  const bad = [
    '',
    'a',
    'a@',
    '@b.example',
    'a@b@c.example',
    'a b@c.example',
    'a@[127.0.0.1]',
    'a@b..example',
    'a..b@c.example',
  ];
  expect(good.filter(isMailAddress)).toEqual(good);
  expect([...bad, `${'a'.repeat(65)}@example.com`, `a@${'b'.repeat(260)}`].filter(isMailAddress)).toEqual([]);
  expect(parseMailbox('Rolecall <sso@example.com>')).toEqual(FROM);
  expect(parseMailbox('sso@example.com')).toEqual({ name: '', address: 'sso@example.com' });
  expect(parseMailbox('Rolecall\r\nBcc: x <sso@example.com>')).toBeUndefined();
  expect(parseMailAddresses('a@example.com, b@example.com')).toEqual(['a@example.com', 'b@example.com']);
  expect(parseMailAddresses('a@example.com,')).toBeUndefined();
});
