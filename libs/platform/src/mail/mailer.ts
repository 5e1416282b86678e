import { createTransport } from 'nodemailer';
import { isMailAddress } from './address.ts';
import type { Mailbox } from './address.ts';
import { oneLine } from './one-line.ts';
import type { SmtpServer } from './smtp-server.ts';

/** One message. Both bodies say the same; nothing in them is taken for markup or for a header. */
export interface Mail {
  /** The sender's name in place of the configured one; what stands in it is made one plain line. */
  readonly fromName?: string;
  /** Becomes the Message-ID: a mail that is sent twice is recognized as one. Letters, digits and `-`. */
  readonly id?: string;
  /** Addresses, each alone: `isMailAddress`. */
  readonly to: readonly string[];
  /** One line. */
  readonly subject: string;
  readonly text: string;
  /** A whole document of HTML; the caller has escaped what it did not write. */
  readonly html: string;
}

/** Sends mail. */
export interface Mailer {
  /** Resolves when the server has taken the message. @throws MailError */
  send(mail: Mail): Promise<void>;
  close(): void;
}

/** The message was not taken. `message` names neither addresses nor a password, nor what the server said. */
export class MailError extends Error {
  override readonly name = 'MailError';
  constructor(
    readonly code: 'invalid_mail' | 'recipient_refused' | 'mail_refused' | 'mail_server_unreachable',
    message: string,
  ) {
    super(message);
  }
}

/** Out-of-office programs do not answer such a mail (RFC 3834, section 5). */
const HEADERS = { 'Auto-Submitted': 'auto-generated' };

/** Nobody waits for a mail, but a transaction may: it must end. */
const TIMEOUT_MS = 20_000;
const MAX_RECIPIENTS = 100;
const MAX_SUBJECT = 200;
/** RFC 5322, section 2.2: a header ends at a line end; no other control character belongs into one either. */
// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const CONTROL = /[\u0000-\u001f\u007f\u0085\u2028\u2029]/;

/** A mailer over SMTP (RFC 5321); a connection per message. */
export function smtpMailer(server: SmtpServer, from: Mailbox, timeoutMs = TIMEOUT_MS): Mailer {
  const { host, port, implicitTls, requireTls, user, password } = server;
  const transport = createTransport({
    host,
    port,
    secure: implicitTls,
    requireTLS: requireTls,
    ...(user !== undefined && { auth: { user, pass: password ?? '' } }),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    // a body is text: it never makes this process read a file or fetch a URL
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send({ to, subject, text, html, fromName, id }) {
      requireWellFormed(to, subject);
      const recipients = to.map((address) => ({ name: '', address }));
      const sender = { ...from, ...(fromName !== undefined && { name: oneLine(fromName, 80) }) };
      const messageId = id !== undefined && { messageId: `<${id}@${from.address.split('@')[1] ?? ''}>` };
      const message = { from: sender, to: recipients, subject, text, html, headers: HEADERS, ...messageId };
      await transport.sendMail(message).catch((error: unknown) => {
        throw failureOf(error);
      });
    },
    close: () => transport.close(),
  };
}

function requireWellFormed(to: readonly string[], subject: string): void {
  const wrong = (what: string) => new MailError('invalid_mail', what);
  if (to.length === 0 || to.length > MAX_RECIPIENTS) throw wrong(`a mail has 1 to ${MAX_RECIPIENTS} recipients`);
  if (!to.every(isMailAddress)) throw wrong('a recipient is no plain e-mail address');
  if (subject === '' || subject.length > MAX_SUBJECT || CONTROL.test(subject)) {
    throw wrong(`a subject is one line of up to ${MAX_SUBJECT} characters`);
  }
}

/** What nodemailer says of it. */
interface SmtpFailure {
  readonly code?: string;
  readonly responseCode?: number;
  readonly command?: string;
}

function failureOf(error: unknown): MailError {
  const { code = 'unknown', responseCode, command } = (error ?? {}) as SmtpFailure;
  // the server was asked for this one mailbox, and has none: RFC 5321, section 4.2.3
  if (command === 'RCPT TO' && responseCode !== undefined && [550, 551, 553].includes(responseCode)) {
    return new MailError('recipient_refused', `the mail server refused the recipient (${responseCode})`);
  }
  if (responseCode !== undefined && responseCode >= 400) {
    return new MailError('mail_refused', `the mail server refused (${responseCode}, ${code})`);
  }
  return new MailError('mail_server_unreachable', `the mail server cannot be used (${code})`);
}
