import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OutgoingMail } from '@rolecall/persistence';
import { smtpMailer } from '../mailer.ts';
import { parseSmtpUrl } from '../smtp-server.ts';
import { startTestSmtp } from '../../testing/index.ts';
import type { TestSmtp } from '../../testing/index.ts';
import { composeMail } from './index.ts';
import type { Sender } from './index.ts';

// cases/mail/<kind>/<story>/{input.json, expected.txt, expected.html}; UPDATE_CASES=1 writes what is expected anew.
const folder = join(import.meta.dirname, '../../../cases/mail');
const GATEWAY = 'https://sso.example.com';
const FROM = { name: 'Rolecall', address: 'sso@example.com' };

const cases = readdirSync(folder).flatMap((kind) =>
  readdirSync(join(folder, kind)).map((story) => [kind, story] as const),
);
const read = (kind: string, story: string) =>
  JSON.parse(readFileSync(join(folder, kind, story, 'input.json'), 'utf8')) as { sender: Sender; data: never };
const composed = (kind: string, story: string) => {
  const { sender, data } = read(kind, story);
  return composeMail({ kind: kind as 'invitation', to: 'eve@acme.com', data }, sender, GATEWAY);
};
const committed = (path: string, actual: string) => {
  if (process.env['UPDATE_CASES']) writeFileSync(path, actual);
  return readFileSync(path, 'utf8');
};

describe('a mail', () => {
  it.each(cases)('%s, %s', (kind, story) => {
    const { subject, text, html } = composed(kind, story);
    const file = (name: string) => join(folder, kind, story, name);
    const plain = `Subject: ${subject}\n\n${text}`;
    expect(plain).toBe(committed(file('expected.txt'), plain));
    expect(html).toBe(committed(file('expected.html'), html));
  });

  it.each(cases.filter(([, story]) => story === 'hostile'))(
    '%s takes nothing that somebody chose for a header, markup, a link or a change of direction (security.md 43, 44)',
    (kind, story) => {
      const { subject, text, html } = composed(kind, story);
      expect(subject).toMatch(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]{1,150}$/u);
      expect(text.replaceAll('\n', '')).toMatch(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+$/u);
      expect(html).not.toContain('<img');
      expect(html.replaceAll('\n', '')).toMatch(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+$/u);
      expect(html.match(/<[a-z][^>]*>/g)?.filter((tag) => /\s(?:src|srcset|on[a-z]+)=/.test(tag))).toEqual([]);
      for (const url of `${text}${html}`.match(/https?:\/\/[^\s"<&]+/g) ?? [])
        expect(url).toMatch(/^https:\/\/sso\.example\.com\//);
    },
  );

  it.each([
    'https://evil.example/link#x',
    'https://sso.example.com.evil.example/link#x',
    'https://sso.example.com@evil.example/link#x',
    'http://sso.example.com/link#x',
    '//evil.example/link#x',
    'javascript:alert(1)',
    'https://sso.example.com/link#x" onclick="alert(1)',
    'https://sso.example.com/link#x\r\nBcc: thief@example.com',
  ])('with a link to %j is none: its host is the configured one (security.md 43)', (link) => {
    const mail: OutgoingMail = { kind: 'password-reset', to: 'eve@acme.com', data: { link } };
    expect(() => composeMail(mail, { name: 'acme', displayName: 'Acme' }, GATEWAY)).toThrow(
      'does not lead to the gateway',
    );
  });
});

describe('at a mail server', () => {
  let smtp: TestSmtp;
  beforeAll(async () => {
    smtp = await startTestSmtp();
  });
  afterAll(() => smtp?.close());

  it.each(cases)(
    '%s, %s, has one recipient, the headers of a mail of ours and no others (security.md 43)',
    async (kind, story) => {
      const mailer = smtpMailer(parseSmtpUrl(smtp.url)!, FROM);
      const { sender } = read(kind, story);
      smtp.forget();
      await mailer.send({ to: ['eve@acme.com'], fromName: sender.displayName, id: 'id-1', ...composed(kind, story) });
      expect(smtp.mails).toHaveLength(1);
      const [mail] = smtp.mails;
      expect(mail?.recipients).toEqual(['eve@acme.com']);
      expect([...(mail?.headers.keys() ?? [])].sort()).toEqual([
        'auto-submitted',
        'content-type',
        'date',
        'from',
        'message-id',
        'mime-version',
        'subject',
        'to',
      ]);
      for (const [name, values] of mail?.headers ?? []) expect([name, values.length]).toEqual([name, 1]);
      expect(mail?.headers.get('message-id')).toEqual(['<id-1@example.com>']);
      expect(mail?.headers.get('from')?.[0]).toMatch(/<sso@example\.com>$/);
      expect(mail?.subject).toBe(composed(kind, story).subject);
      expect(mail?.text.trim().replaceAll('\r\n', '\n')).toBe(composed(kind, story).text.trim());
      mailer.close();
    },
  );
});
