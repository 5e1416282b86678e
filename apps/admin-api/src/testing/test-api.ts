import { createHash } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { API_RIGHTS } from '@rolecall/persistence';
import type { ApiRight } from '@rolecall/persistence';
import { testDatabase } from '@rolecall/persistence/testing';
import type { TestDatabase } from '@rolecall/persistence/testing';
import { createLogger } from '@rolecall/platform';
import type { Applied, Plan } from '@rolecall/reconcile';
import { readConfig } from '../config.ts';
import { createApp } from '../create-app.ts';

export interface Answer<T = Record<string, unknown>> {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: T;
}

export interface ErrorBody {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly traceId: string;
    readonly diagnostics?: readonly Readonly<Record<string, unknown>>[];
  };
}

/** A client of a running admin API. */
export class TestClient {
  constructor(
    readonly url: string,
    private readonly token: string | undefined,
  ) {}

  with(token: string | undefined): TestClient {
    return new TestClient(this.url, token);
  }

  async call<T = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    headers = {},
  ): Promise<Answer<T>> {
    const response = await fetch(this.url + path, {
      method,
      headers: {
        ...(this.token !== undefined && { authorization: `Bearer ${this.token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
    });
    const text = await response.text();
    const json = (text.startsWith('{') ? JSON.parse(text) : {}) as T;
    return { status: response.status, headers: response.headers, text, json };
  }

  plan(request: object): Promise<Answer<Plan & ErrorBody>> {
    return this.call('POST', '/v1/plans', request);
  }

  /** Applies what a plan of the same request shows now, unless another fingerprint is given. */
  async apply(request: object, fingerprint?: string): Promise<Answer<Applied & ErrorBody>> {
    const reviewed = fingerprint ?? (await this.plan(request)).json.fingerprint;
    return this.call('POST', '/v1/applies', { ...request, fingerprint: reviewed });
  }
}

export interface TestApi {
  readonly database: TestDatabase;
  readonly app: NestFastifyApplication;
  /** With a token that has every right. */
  readonly client: TestClient;
  /** Every log line so far. */
  readonly log: readonly string[];
  token(rights: readonly ApiRight[], expiresAt?: Date, organizations?: readonly string[]): Promise<string>;
  close(): Promise<void>;
}

/**
 * The app in this process, on a port of its own.
 * @param database default: one of its own
 */
export async function startTestApi(
  environment: Readonly<Record<string, string>> = {},
  clock?: () => Date,
  database?: TestDatabase,
): Promise<TestApi> {
  return startOn(database ?? (await testDatabase()), environment, clock);
}

async function startOn(
  database: TestDatabase,
  environment: Readonly<Record<string, string>>,
  clock?: () => Date,
): Promise<TestApi> {
  const config = readConfig({
    DATABASE_URL: database.url,
    ROLECALL_MASTER_KEY: database.masterKey.toString('base64'),
    ...environment,
  });
  const log: string[] = [];
  const app = await createApp(
    config,
    createLogger({ app: 'admin-api', level: 'debug' }, { write: (line) => log.push(line) }),
    clock,
    false,
  );
  await app.listen(0, '127.0.0.1');
  const token: TestApi['token'] = (...options) => newToken(database, ...options);
  const client = new TestClient(await app.getUrl(), await token(API_RIGHTS));
  const close = async () => {
    await app.close();
    await database.drop();
  };
  return { database, app, client, log, token, close };
}

/** A token straight from the database, as `rolecall token create` makes it. */
export async function newToken(
  database: TestDatabase,
  rights: readonly ApiRight[],
  expiresAt?: Date,
  organizations?: readonly string[],
): Promise<string> {
  const name = `test ${rights.join(' ')}`;
  return (await database.database.apiTokens.create({ name, rights, expiresAt, organizations, now: new Date() })).token;
}

/** A document with a scope, a role that is used, and whatever else the case is about. */
export function organization(name: string, spec: object = {}, metadata: object = {}): object {
  return {
    apiVersion: 'rolecall/v1',
    kind: 'Organization',
    metadata: { name, ...metadata },
    spec: {
      displayName: `The ${name} company`,
      scopes: { 'account/main': {} },
      jit: { defaults: { grants: { 'account/main': ['member'] } } },
      ...spec,
    },
  };
}

/** The request that the command line makes of these documents: one file each. */
export function requestOf(documents: readonly object[], more: object = {}): object {
  const organizations = documents.map((document) => ({ document, file: `${nameOf(document)}.yaml` }));
  const files = organizations.map(({ document, file }) => {
    return { path: file, digest: digestOf(document), organizations: [nameOf(document)] };
  });
  const origin = { repository: 'https://git.example/config', commit: '0a1b2c3' };
  return { collection: 'default', organizations, unchangedFiles: [], files, prune: false, origin, ...more };
}

/** The request of a collection that has the document of the deployment alone. */
export function platformRequest(spec: object, collection = 'platform'): object {
  const document = { apiVersion: 'rolecall/v1', kind: 'Platform', metadata: { name: 'platform' }, spec };
  const file = 'platform.yaml';
  const files = [{ path: file, digest: digestOf(document), organizations: [] }];
  return requestOf([], { collection, files, platform: { document, file } });
}

/** Lets the roles of that organization administer the deployment. */
export async function administeredBy(api: TestApi, organization: string, more: object = {}): Promise<void> {
  const administration = { organization, adminRole: 'platform-admin', ...more };
  const { status, text } = await api.client.apply(platformRequest({ administration }));
  if (status !== 200) throw new Error(text);
}

export const digestOf = (document: object): string =>
  createHash('sha256').update(JSON.stringify(document)).digest('hex');

const nameOf = (document: object): string => (document as { metadata: { name: string } }).metadata.name;
