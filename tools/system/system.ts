import { migrate } from '@rolecall/persistence';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { Child } from './child.ts';
import { DEMO_CLIENT } from '../demo-idp/oidc-client.ts';
import { prepareExamples } from './examples.ts';
import { claimDirectory, kept, randomKey, randomPassword, writeSecret } from './kept.ts';
import { ensureToken, readKnown } from './dev-token.ts';
import type { Ports } from './ports.ts';
import { ensureScimToken } from './scim-token.ts';
import { startPostgres } from '../postgres.mjs';

const ROOT = join(import.meta.dirname, '../..');

export interface SystemOptions {
  /** All free. */
  readonly ports: Ports;
  /** Everything that is kept between two starts, and the logs. */
  readonly dataDirectory: string;
  /** A PostgreSQL role that may create roles and own the tables; an embedded server when left out. */
  readonly ownerUrl?: string | undefined;
  /** false = a throw-away database for a test. */
  readonly durable: boolean;
  /** Where the demo identity provider is for browsers, e.g. 127.0.0.1 to make it another site than localhost. */
  readonly idpHost?: string;
  /** Progress, one line each. */
  readonly say: (line: string) => void;
  /** Ends the start-up early and cleanly. */
  readonly signal: AbortSignal;
}

/** The whole of Rolecall on this machine: database, apps, demo identity provider, demo application and an inbox for its mails. */
export interface System {
  readonly urls: Readonly<Record<keyof Ports, string>>;
  /** An API token with every right. */
  readonly token: string;
  /** Of the directory of acme, for SCIM; undefined when the applied documents have none. */
  readonly scimToken: string | undefined;
  /** Of the runtime role. */
  readonly databaseUrl: string;
  /** Of the role that owns the tables. */
  readonly ownerUrl: string;
  readonly logDirectory: string;
  /** The directory that was applied: `config-examples/`, or a copy with the addresses of this start. */
  readonly examples: string;
  /** Resolves when a part ends by itself, with its name and last log lines. */
  readonly broken: Promise<string>;
  /** Runs the `rolecall` command against this system. */
  rolecall(args: readonly string[], cwd: string): Promise<CommandResult>;
  stop(): Promise<void>;
}

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts everything and applies `config-examples/`; stops what had started when something fails or `signal` aborts. */
export async function startSystem(options: SystemOptions): Promise<System> {
  const starting = new Starting(options);
  try {
    return await starting.run();
  } catch (error) {
    await starting.stop();
    throw error;
  }
}

class Starting {
  readonly #options: SystemOptions;
  readonly #urls: System['urls'];
  readonly #children: Child[] = [];
  #stopDatabase: () => Promise<void> = async () => {};
  #databaseEnded: Promise<string>[] = [];
  #release: () => void = () => {};

  constructor(options: SystemOptions) {
    this.#options = options;
    const { ports, idpHost = 'localhost' } = options;
    const at = (port: number, host = 'localhost') => `http://${host}:${port}`;
    this.#urls = {
      gateway: at(ports.gateway),
      scim: at(ports.scim),
      admin: at(ports.admin),
      idp: at(ports.idp, idpHost),
      app: at(ports.app),
      inbox: at(ports.inbox),
      smtp: `smtp://127.0.0.1:${ports.smtp}`,
    };
  }

  async run(): Promise<System> {
    const { dataDirectory, say, signal } = this.#options;
    const urls = this.#urls;
    this.#release = claimDirectory(dataDirectory);

    const ownerUrl = await this.#database();
    const runtimePassword = kept(join(dataDirectory, 'runtime-password'), randomPassword);
    const { applied } = await migrate({ ownerUrl, runtimePassword });
    say(applied.length > 0 ? `Migrated the database: ${applied.length} steps` : 'The database schema is up to date');
    signal.throwIfAborted();

    const masterKey = kept(join(dataDirectory, 'master-key'), randomKey);
    const databaseUrl = asRole(ownerUrl, 'rolecall_runtime', runtimePassword);
    await this.#services(databaseUrl, masterKey);
    say('Gateway, SCIM server, admin API and demo identity provider are ready');
    const devFile = join(dataDirectory, 'dev.json');
    const knownScimToken = readKnown(devFile, 'scimToken');
    const token = await ensureToken({ url: databaseUrl, masterKey }, devFile, new Date());
    const { gateway, scim, admin, inbox } = urls;
    const remember = (scimToken: string | undefined) =>
      writeSecret(
        devFile,
        `${JSON.stringify({ gateway, scim, admin, inbox, token, databaseUrl, scimToken }, undefined, 2)}\n`,
      );
    remember(knownScimToken);

    const command = (args: readonly string[], cwd: string) =>
      rolecall(args, cwd, { ROLECALL_SERVER: admin, ROLECALL_TOKEN: token, DEMO_OIDC_SECRET: DEMO_CLIENT.secret });
    const examples = prepareExamples(join(ROOT, 'config-examples'), dataDirectory, urls, say);
    const { code, stdout, stderr } = await command(['apply', '--auto-approve'], examples);
    signal.throwIfAborted();
    if (code !== 0) throw new Error(`config-examples could not be applied (exit ${code}):\n${stdout}${stderr}`);
    say('Applied config-examples/');
    const scimToken = await ensureScimToken(databaseUrl, knownScimToken, new Date());
    remember(scimToken);
    return {
      urls,
      token,
      scimToken,
      databaseUrl,
      ownerUrl,
      logDirectory: this.#logDirectory,
      examples,
      broken: Promise.race([...this.#children.map((child) => child.ended), ...this.#databaseEnded]),
      rolecall: command,
      stop: () => this.stop(),
    };
  }

  get #logDirectory(): string {
    return join(this.#options.dataDirectory, 'logs');
  }

  async #database(): Promise<string> {
    const { ownerUrl, dataDirectory, durable, say, signal } = this.#options;
    if (ownerUrl) {
      say('Using the PostgreSQL of DATABASE_URL');
      return ownerUrl;
    }
    const server = await startPostgres({ dir: join(dataDirectory, 'postgres'), durable, database: 'rolecall' });
    this.#stopDatabase = server.stop;
    this.#databaseEnded.push(server.exited.then((log) => `PostgreSQL ended. The end of its log:\n${log}`));
    say(`PostgreSQL is up (data in ${join(dataDirectory, 'postgres')})`);
    signal.throwIfAborted();
    return server.url;
  }

  async #services(databaseUrl: string, masterKey: string): Promise<void> {
    const { ports, dataDirectory, signal } = this.#options;
    const { gateway, idp, app, admin, scim, inbox, smtp } = this.#urls;
    const env = {
      ...process.env,
      DATABASE_URL: databaseUrl,
      DATABASE_OWNER_URL: undefined,
      PORT: undefined,
      NODE_ENV: undefined,
      ROLECALL_MASTER_KEY: masterKey,
      ROLECALL_GATEWAY_URL: gateway,
      ROLECALL_ADMIN_URL: admin,
      ROLECALL_SCIM_URL: scim,
      ROLECALL_SMTP_URL: smtp,
      ROLECALL_MAIL_FROM: 'Rolecall <rolecall@localhost>',
      ROLECALL_OUTBOUND_ALLOW: withOwn(idp, process.env['ROLECALL_OUTBOUND_ALLOW']),
      ROLECALL_RETURN_TO: withOwn(app, process.env['ROLECALL_RETURN_TO']),
    };
    const service = (name: string, script: string, args: readonly string[] = []) => {
      const child = new Child({
        name,
        args: [join(ROOT, script), ...args],
        cwd: ROOT,
        env,
        logFile: join(this.#logDirectory, `${name}.log`),
        onError: this.#options.say,
      });
      this.#children.push(child);
      return child;
    };
    const demoIdp = [
      '--port',
      `${ports.idp}`,
      '--url',
      idp,
      '--gateway',
      gateway,
      '--data',
      join(dataDirectory, 'demo-idp'),
    ];
    const mails = ['--port', `${ports.inbox}`, '--smtp', `${ports.smtp}`];
    const demoApp = ['--port', `${ports.app}`, '--gateway', gateway];
    await Promise.all([
      service('demo-idp', 'tools/demo-idp/main.ts', demoIdp).ready(`${idp}/readyz`, signal),
      service('auth-gateway', 'apps/auth-gateway/dist/main.js').ready(`${gateway}/readyz`, signal),
      service('scim-server', 'apps/scim-server/dist/main.js').ready(`${scim}/readyz`, signal),
      service('admin-api', 'apps/admin-api/dist/main.js').ready(`${admin}/readyz`, signal),
      service('inbox', 'tools/inbox/main.ts', mails).ready(`${inbox}/readyz`, signal),
      service('demo-app', 'tools/demo-app/main.ts', demoApp).ready(`${app}/readyz`, signal),
    ]);
  }

  /** Apps first, so that none loses its database; PostgreSQL last. */
  async stop(): Promise<void> {
    await Promise.all(this.#children.map((child) => child.stop()));
    await this.#stopDatabase();
    this.#release();
  }
}

/** The same database as another role. */
export function asRole(url: string, role: string, password: string): string {
  const changed = new URL(url);
  changed.username = role;
  changed.password = password;
  return changed.href;
}

/** Runs the built command line as its users do. */
export async function rolecall(
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<CommandResult> {
  const child = spawn(process.execPath, [join(ROOT, 'apps/reconciler/bin/rolecall.mjs'), ...args], {
    cwd,
    env: { ...process.env, ...env, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode) => resolve(exitCode ?? 1));
  });
  return { code, stdout, stderr };
}

/** Our origin and those that the environment of `npm start` names. */
function withOwn(origin: string, more: string | undefined): string {
  return more ? `${origin},${more}` : origin;
}
