/// <reference types="jest" />
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { API_VERSION, documentDigest } from '@rolecall/org-config';
import type { OrganizationSpec } from '@rolecall/org-config';
import { seedOrganization, testDatabase } from '@rolecall/persistence/testing';
import type { TestDatabase } from '@rolecall/persistence/testing';
import { createLogger } from '@rolecall/platform';
import { readConfig } from '../config.ts';
import { createApp } from '../create-app.ts';
import { RequestLog } from '../log/request-log.ts';
import { Client } from './client.ts';
import { proxied, type Proxied } from './proxied.ts';

export const BASE = 'https://scim.example.com';
export const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
export const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
export const LIST = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';
export const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error';
export const SCIM_JSON = 'application/scim+json; charset=utf-8';

/** A resource or a message as a client reads it. */
export type Json = Record<string, unknown>;

/** An organization with a directory whose token is called `okta`. */
export function withDirectory(scim: object = {}, spec: object = {}): OrganizationSpec {
  const directory = { tokens: { okta: {} }, ...scim };
  return { scopes: { 'account/main': {} }, ...spec, scim: directory } as OrganizationSpec;
}

export interface Directory {
  readonly organizationId: string;
  readonly client: Client;
  readonly token: string;
}

/** The app in this process, on a database and a port of its own. */
export class TestServer {
  /** Every log line so far. */
  readonly log: string[] = [];

  private constructor(
    readonly database: TestDatabase,
    private readonly way: Proxied,
  ) {}

  app!: NestFastifyApplication;
  port = 0;

  static async start(environment: Readonly<Record<string, string>> = {}): Promise<TestServer> {
    const database = await testDatabase();
    const server = new TestServer(database, await proxied(database.url));
    const config = readConfig({
      ROLECALL_SCIM_URL: BASE,
      ROLECALL_SCIM_RATE: 'off',
      ROLECALL_LOG_LEVEL: 'debug',
      ...environment,
      DATABASE_URL: server.way.url,
    });
    const logger = createLogger({ app: 'scim-server', level: 'debug' }, { write: (line) => server.log.push(line) });
    server.app = await createApp(config, logger);
    await server.app.listen(0, '127.0.0.1');
    server.port = (server.app.getHttpServer().address() as AddressInfo).port;
    return server;
  }

  /** Nobody: without a token. */
  get stranger(): Client {
    return new Client(this.port, undefined);
  }

  /** An organization as an apply would make it, and a client with a token of its directory. */
  async directory(name: string, spec: OrganizationSpec = withDirectory()): Promise<Directory> {
    const document = { apiVersion: API_VERSION, kind: 'Organization', metadata: { name }, spec } as const;
    const { id: organizationId, revision } = await seedOrganization(this.database.database, document, {});
    const token = await this.issue(organizationId, revision);
    return { organizationId, token, client: new Client(this.port, token) };
  }

  async issue(organizationId: string, revision: number, name = 'okta'): Promise<string> {
    const issued = await this.database.database.directoryTokens.issue(
      organizationId,
      { name, revision, rotateSeconds: 86_400, overlapSeconds: 3_600 },
      { by: 'test', now: new Date() },
    );
    if (issued === 'too_many') throw new Error('too many tokens');
    return issued.value;
  }

  /** Puts another document in force, as an apply would. */
  async apply(organizationId: string, name: string, spec: OrganizationSpec, base = 1): Promise<void> {
    const document = { apiVersion: API_VERSION, kind: 'Organization', metadata: { name }, spec } as const;
    const revision = { document, digest: documentDigest(document), origin: { actor: 'test' }, identityProviders: {} };
    const store = this.database.database.reconcileState({ actor: 'test', now: new Date() });
    await store.transaction('commit', (state) => state.addRevision(organizationId, base, revision));
  }

  /** A browser in which the user is signed in. */
  async openSession(organizationId: string, userId: string): Promise<void> {
    await this.sql(`insert into sessions (org_id, token_hash, user_id, identity_provider, name_id_format, name_id, opened_at,
      expires_at, idle_seconds, idle_expires_at) values ('${organizationId}', decode(md5('${userId}'), 'hex'), '${userId}', 'okta', 'f',
      'n', now(), now() + interval '1 hour', 3600, now() + interval '1 hour')`);
  }

  /** Everything that the request log holds for an organization, oldest first. */
  async requests(organizationId: string): Promise<readonly Json[]> {
    await this.app.get(RequestLog).flush();
    return this.sql(`select * from directory_requests where org_id = '${organizationId}' order by at, request_id`);
  }

  sql(text: string): Promise<Json[]> {
    return this.asOwner(async (client) => (await client.query<Json>(text)).rows);
  }

  /** Row-level security does not bind the owner of the tables. */
  async asOwner<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
    const client = new pg.Client({ connectionString: this.database.ownerUrl });
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  }

  /** From now on the app reaches no database. */
  loseDatabase(): Promise<void> {
    return this.way.cut();
  }

  async close(): Promise<void> {
    await this.app?.close();
    await this.way.cut();
    await this.database.drop();
  }
}

/** One server for a spec file; started before the first test and stopped after the last. */
export function useTestServer(environment: Readonly<Record<string, string>> = {}): { current: TestServer } {
  const holder = {} as { current: TestServer };
  beforeAll(async () => {
    holder.current = await TestServer.start(environment);
  });
  afterAll(() => holder.current?.close());
  return holder;
}

/** A user as identity providers send one. */
export function user(userName: string, more: Json = {}): Json {
  return {
    schemas: [USER],
    userName,
    name: { givenName: 'Eve', familyName: 'Adams' },
    emails: [{ value: /^[\w.]+@/.test(userName) ? userName : 'eve@acme.com', type: 'work', primary: true }],
    active: true,
    ...more,
  };
}

export function group(displayName: string, memberIds: readonly string[] = [], more: Json = {}): Json {
  return { schemas: [GROUP], displayName, members: memberIds.map((value) => ({ value })), ...more };
}

export function patchOp(...operations: Json[]): Json {
  return { schemas: [PATCH_OP], Operations: operations };
}
