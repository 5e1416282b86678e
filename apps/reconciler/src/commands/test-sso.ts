import { setTimeout as clockPause } from 'node:timers/promises';
import { CommandError, EXIT } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import { readSettings } from '../files/settings.ts';
import type { Io } from '../io.ts';
import { outPaint, printJson } from '../options.ts';
import type { OutputOptions } from '../options.ts';
import { Progress } from '../output/progress.ts';
import { ssoTestText } from '../output/sso-test.ts';
import { answered } from '../planning.ts';
import { Client } from '../server/client.ts';
import { connectionOf } from '../server/connection.ts';
import { LoginsClient } from '../server/logins.ts';
import type { SsoTest, SsoTestLink } from '../server/logins.ts';

export interface TestSsoOptions extends OutputOptions {
  readonly timeout?: string;
}

/** The server is asked at first this often and then more and more rarely, in milliseconds. */
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 5_000;

/**
 * `rolecall test-sso ORG IDP`: prints a one-time link, waits until somebody signed in by it, and shows what came of it. The
 * link goes to stderr with `--format json`, whose stdout is the result alone.
 */
export async function testSso(
  organization: string,
  identityProvider: string,
  options: TestSsoOptions,
  io: Io,
): Promise<ExitCode> {
  const timeout = await timeoutOf(options.timeout);
  const logins = new LoginsClient(new Client(connectionOf(options, io, readSettings(io.cwd))), organization);
  const link = await answered(logins.createTest(identityProvider));
  const say = (text: string) => (options.format === 'json' ? io.err(text) : io.out(text));
  say(`Open this link in a browser, or send it to somebody of ${organization}. It is good until ${link.expiresAt}:\n`);
  say(`\n  ${link.url}\n\n`);
  const left = Math.max(0, new Date(link.expiresAt).getTime() - io.now.getTime());
  const ask = () => answered(logins.test(identityProvider, link.id));
  const test = await ended(ask, Math.min(timeout, left), link, io);
  if (options.format === 'json') printJson(io, test);
  else io.out(ssoTestText(organization, identityProvider, test, outPaint(io, options)));
  return test.state === 'succeeded' ? EXIT.done : EXIT.failed;
}

/** Asks until there is a result. @throws CommandError `test_timeout` */
async function ended(ask: () => Promise<SsoTest>, timeout: number, link: SsoTestLink, io: Io): Promise<SsoTest> {
  const { pause = (milliseconds: number) => clockPause(milliseconds) } = io;
  const progress = new Progress(io);
  try {
    let wait = FIRST_PAUSE;
    for (let waited = 0; ; waited += wait, wait = Math.min(wait * 1.5, LONGEST_PAUSE)) {
      const test = await ask();
      if (test.state === 'succeeded' || test.state === 'failed') return test;
      if (waited >= timeout) throw timedOut(test, link);
      progress.show(test.state === 'waiting' ? 'Nobody opened the link yet ...' : 'Somebody is signing in ...');
      await pause(Math.min(wait, timeout - waited));
    }
  } finally {
    progress.clear();
  }
}

function timedOut({ state, traceId }: SsoTest, { expiresAt }: SsoTestLink): CommandError {
  const begun = `the sign-in began and did not come back; "rolecall flows ORG ${traceId ?? 'TRACE'}" may say why`;
  const why = state === 'waiting' ? `nobody opened the link; it is good until ${expiresAt}` : begun;
  return new CommandError(EXIT.failed, 'test_timeout', why);
}

/** In milliseconds. @throws CommandError */
async function timeoutOf(text: string | undefined): Promise<number> {
  if (text === undefined) return Number.POSITIVE_INFINITY;
  const { durationSeconds } = await import('@rolecall/org-config');
  const seconds = durationSeconds(text);
  if (seconds !== undefined) return seconds * 1_000;
  throw new CommandError(EXIT.usage, 'invalid_timeout', `--timeout "${text}" is no duration such as 30s, 5m or 1h`);
}
