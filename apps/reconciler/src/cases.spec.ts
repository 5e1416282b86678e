import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './run.ts';
import type { Io } from './io.ts';
import type { ExpiringItem, PlanRequest } from './server/client.ts';
import type { Domain } from './server/domains.ts';
import type { IdentityProvider } from './server/identity-providers.ts';
import type { Flow, SsoTest } from './server/logins.ts';
import type { RecordedEvent } from './testing/answer-of-audit.ts';
import type { RecordedUser } from './testing/answer-of-users.ts';
import { TEST_TOKEN, TestServer } from './testing/test-server.ts';
import type { TestUser } from '@rolecall/reconcile/testing';
import type { TestDirectory } from './testing/test-directory.ts';

// A case is a folder of cases/: `commands` (a line each: `rolecall …`, or `use FOLDER` to put other files in the working
// directory, or `sign-in` to let the users of `signed-in.json` have signed in), the folders with files (`files` at first), perhaps `flows.json`, `domains.json` and `idps.json` with logins,
// e-mail domains and identity providers that the server has on record, `sso-tests.json` with the states that a test goes through, one per question,
// `audit.json` with the audit log of acme, `expiring.json` with what ends by itself, `directory.json` with what the directory has on record, `lease.json` with who holds the collection "default",
// `meanwhile.json` with what somebody else applies right after the first plan, and `transcript.txt`: what a person sees, with the exit codes.
// UPDATE_CASES=1 writes transcript.txt.

const CASES = join(import.meta.dirname, '../cases');

function put(folder: string, cwd: string): void {
  for (const entry of readdirSync(cwd)) {
    if (!entry.endsWith('.json')) rmSync(join(cwd, entry), { recursive: true });
  }
  if (existsSync(folder)) cpSync(folder, cwd, { recursive: true });
}

async function execute(line: string, cwd: string, server: string): Promise<string> {
  let transcript = `$ ${line}\n`;
  const io: Io = {
    out: (text) => void (transcript += text),
    err: (text) => void (transcript += text.replaceAll(/^(?=.)/gm, '! ')),
    env: { ROLECALL_SERVER: server, ROLECALL_TOKEN: TEST_TOKEN },
    cwd,
    now: new Date('2026-11-01T12:00:00Z'),
    outIsTerminal: false,
    errIsTerminal: false,
    ask: undefined,
    pause: () => Promise.resolve(),
  };
  const [, ...args] = line.split(' ');
  const exitCode = await run(args, io);
  return `${transcript}(exit ${exitCode})\n`.replaceAll(server, 'http://server').replaceAll(cwd, '/work');
}

function signIn({ store }: TestServer, file: string): void {
  const users = JSON.parse(readFileSync(file, 'utf8')) as readonly (TestUser & { organization: string })[];
  for (const { organization, ...user } of users) store.addUser(organization, user);
}

it('gives every case a number of its own', () => {
  const numbers = readdirSync(CASES).map((name) => name.split('-')[0]);
  expect(numbers).toEqual([...new Set(numbers)]);
});

describe.each(readdirSync(CASES))('%s', (name) => {
  it('shows what is in transcript.txt', async () => {
    const cwd = mkdtempSync(join(tmpdir(), 'rolecall-case-'));
    const testServer = new TestServer();
    const server = await testServer.start();
    const flows = join(CASES, name, 'flows.json');
    if (existsSync(flows)) testServer.flows = JSON.parse(readFileSync(flows, 'utf8')) as Flow[];
    const users = join(CASES, name, 'users.json');
    if (existsSync(users)) testServer.users = JSON.parse(readFileSync(users, 'utf8')) as RecordedUser[];
    const audit = join(CASES, name, 'audit.json');
    if (existsSync(audit)) testServer.audit = JSON.parse(readFileSync(audit, 'utf8')) as RecordedEvent[];
    const idps = join(CASES, name, 'idps.json');
    if (existsSync(idps)) testServer.identityProviders = JSON.parse(readFileSync(idps, 'utf8')) as IdentityProvider[];
    const domains = join(CASES, name, 'domains.json');
    if (existsSync(domains)) testServer.domains = JSON.parse(readFileSync(domains, 'utf8')) as Domain[];
    const tests = join(CASES, name, 'sso-tests.json');
    if (existsSync(tests)) testServer.ssoTests = JSON.parse(readFileSync(tests, 'utf8')) as SsoTest[];
    const expiring = join(CASES, name, 'expiring.json');
    if (existsSync(expiring)) testServer.expiring = JSON.parse(readFileSync(expiring, 'utf8')) as ExpiringItem[];
    const directory = join(CASES, name, 'directory.json');
    if (existsSync(directory)) testServer.directory = JSON.parse(readFileSync(directory, 'utf8')) as TestDirectory;
    const meanwhile = join(CASES, name, 'meanwhile.json');
    if (existsSync(meanwhile)) testServer.meanwhile = JSON.parse(readFileSync(meanwhile, 'utf8')) as PlanRequest;
    const lease = join(CASES, name, 'lease.json');
    if (existsSync(lease)) {
      const by = JSON.parse(readFileSync(lease, 'utf8')) as { holder: string; token: string };
      await testServer.store.leases.take('default', by, new Date('2026-11-01T11:59:30Z'));
    }
    try {
      put(join(CASES, name, 'files'), cwd);
      const parts: string[] = [];
      for (const line of readFileSync(join(CASES, name, 'commands'), 'utf8')
        .trim()
        .split('\n')) {
        const [command, folder = ''] = line.split(' ');
        if (command === 'use') put(join(CASES, name, folder), cwd);
        if (command === 'sign-in') signIn(testServer, join(CASES, name, 'signed-in.json'));
        parts.push(command === 'use' || command === 'sign-in' ? `# ${line}\n` : await execute(line, cwd, server));
      }
      const transcript = parts.join('\n');
      const file = join(CASES, name, 'transcript.txt');
      if (process.env['UPDATE_CASES'] === '1') writeFileSync(file, transcript);
      expect(transcript).toBe(readFileSync(file, 'utf8'));
    } finally {
      await testServer.stop();
      rmSync(cwd, { recursive: true });
    }
  });
});
