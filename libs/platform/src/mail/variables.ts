import type { Variable } from '../environment.ts';
import { parseMailAddresses, parseMailbox } from './address.ts';
import type { Mailbox } from './address.ts';
import { parseSmtpUrl } from './smtp-server.ts';
import type { SmtpServer } from './smtp-server.ts';

const NONE = { value: undefined };

/** The mail server, of `ROLECALL_SMTP_URL`; secret, since it usually holds a password. Absent = no mail is sent. */
export const smtpUrl: Variable<SmtpServer | undefined> = {
  name: 'ROLECALL_SMTP_URL',
  want: 'a mail server, such as smtps://user:password@mail.example.com or smtp://127.0.0.1:25',
  secret: true,
  fallback: NONE,
  parse: parseSmtpUrl,
};

/** Who mail is from. */
export const mailFrom: Variable<Mailbox | undefined> = {
  name: 'ROLECALL_MAIL_FROM',
  want: 'an e-mail address, such as sso@example.com or Rolecall <sso@example.com>',
  secret: false,
  fallback: NONE,
  parse: parseMailbox,
};

/** E-mail addresses separated by commas; absent = nobody. */
export function mailAddresses(name: string): Variable<readonly string[] | undefined> {
  const want = 'up to 20 e-mail addresses separated by commas, such as platform@example.com';
  return { name, want, secret: false, fallback: NONE, parse: parseMailAddresses };
}
