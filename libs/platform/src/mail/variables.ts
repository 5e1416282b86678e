import { EnvironmentError } from '../environment.ts';
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

/** The mail server and the sender, of an app that can do without. */
export interface MailSettings {
  readonly smtp: SmtpServer;
  readonly from: Mailbox;
}

/** Both or none: who names one of them must not believe that mail is sent. @throws EnvironmentError */
export function mailSettings(
  app: string,
  smtp: SmtpServer | undefined,
  from: Mailbox | undefined,
): MailSettings | undefined {
  if (smtp && from) return { smtp, from };
  if (!smtp && !from) return undefined;
  const [given, missing] = smtp
    ? ['ROLECALL_SMTP_URL', 'ROLECALL_MAIL_FROM']
    : ['ROLECALL_MAIL_FROM', 'ROLECALL_SMTP_URL'];
  throw new EnvironmentError(app, [`${missing} is missing; ${given} is of no use without it`]);
}

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
