import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { readMail } from './read-mail.ts';
import type { ReadMail } from './read-mail.ts';

/** What the server was handed. */
export interface TakenMail extends ReadMail {
  /** Of the envelope. */
  readonly recipients: readonly string[];
  readonly source: string;
  readonly at: Date;
}

/** A mail server on loopback. */
export interface TestSmtp {
  /** For `ROLECALL_SMTP_URL`. */
  readonly url: string;
  /** Oldest first. */
  readonly mails: readonly TakenMail[];
  /** Answers each recipient so from now on; undefined = takes everything. */
  refuse(reply?: { readonly code: number; readonly message: string }): void;
  /** Keeps what is handed over from now on waiting, until what it returns is called. */
  hold(): () => void;
  forget(): void;
  close(): Promise<void>;
}

/** TEST AND DEVELOPMENT ONLY. @param port 0 = any free one */
export async function startTestSmtp(port = 0): Promise<TestSmtp> {
  const mails: TakenMail[] = [];
  let refusal: { readonly code: number; readonly message: string } | undefined;
  /** Messages that wait; undefined = none has to. */
  let held: (() => void)[] | undefined;
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    onRcptTo: (_address, _session, done) => {
      done(refusal && Object.assign(new Error(refusal.message), { responseCode: refusal.code }));
    },
    onData(stream, { envelope }, done) {
      const recipients = envelope.rcptTo.map(({ address }) => address);
      let source = '';
      stream.on('data', (chunk: Buffer) => (source += chunk.toString()));
      stream.on('end', () => {
        const take = () => {
          mails.push({ ...readMail(source), recipients, source, at: new Date() });
          done();
        };
        if (held) held.push(take);
        else take();
      });
    },
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve, reject) => {
    server.server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`,
    mails,
    refuse: (reply) => (refusal = reply),
    hold: () => {
      const waiting: (() => void)[] = [];
      held = waiting;
      return () => {
        held = undefined;
        for (const take of waiting.splice(0)) take();
      };
    },
    forget: () => void mails.splice(0),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
