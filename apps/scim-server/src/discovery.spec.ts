import type { AddressInfo } from 'node:net';
import { request } from 'node:http';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createLogger } from '@rolecall/platform';
import { testDatabase } from '@rolecall/persistence/testing';
import type { TestDatabase } from '@rolecall/persistence/testing';
import { readConfig } from './config.ts';
import { createApp } from './create-app.ts';
import type { Attribute } from './discovery/attributes.ts';
import type { Schema } from './discovery/schemas.ts';

const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error';
const LIST = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';
const SCIM_JSON = 'application/scim+json; charset=utf-8';

let database: TestDatabase;
let app: NestFastifyApplication;
let port: number;
beforeAll(async () => {
  database = await testDatabase();
  const config = readConfig({
    ROLECALL_SCIM_URL: 'https://scim.example.com',
    DATABASE_URL: database.url,
  });
  app = await createApp(config, createLogger({ app: 'scim-server', level: 'silent' }));
  await app.listen(0, '127.0.0.1');
  port = (app.getHttpServer().address() as AddressInfo).port;
});
afterAll(async () => {
  await app?.close();
  await database?.drop();
});

interface Answer {
  status: number;
  headers: Record<string, unknown>;
  text: string;
  json: Record<string, unknown>;
}

/** Sends the path exactly as given, which `fetch` would normalize. */
function call(method: string, path: string, headers: Record<string, string> = {}, body?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ port, host: '127.0.0.1', method, path, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const json = text.startsWith('{') ? (JSON.parse(text) as Answer['json']) : {};
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json });
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

describe('discovery', () => {
  it('says what the server supports, which is nothing but discovery yet', async () => {
    const { status, headers, json } = await call('GET', '/scim/v2/ServiceProviderConfig');
    expect(status).toBe(200);
    expect(headers['content-type']).toBe(SCIM_JSON);
    const supported = Object.entries(json).filter(
      ([, value]) => (value as { supported?: boolean })?.supported !== undefined,
    );
    expect(supported.map(([name]) => name)).toEqual(['patch', 'bulk', 'filter', 'changePassword', 'sort', 'etag']);
    expect(supported.every(([, value]) => !(value as { supported: boolean }).supported)).toBe(true);
    expect(json).toMatchObject({
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'],
      authenticationSchemes: [{ type: 'oauthbearertoken', primary: true }],
      meta: {
        resourceType: 'ServiceProviderConfig',
        location: 'https://scim.example.com/scim/v2/ServiceProviderConfig',
      },
    });
  });

  it.each(['ResourceTypes', 'Schemas'])('lists %s, ignoring sort and page', async (name) => {
    const { status, json } = await call('GET', `/scim/v2/${name}?sortBy=id&startIndex=7&count=1`);
    expect(status).toBe(200);
    const resources = json['Resources'] as object[];
    expect(json).toEqual({
      schemas: [LIST],
      totalResults: resources.length,
      startIndex: 1,
      itemsPerPage: resources.length,
      Resources: resources,
    });
  });

  it('lists no resource type whose schema it does not serve', async () => {
    const types = (await call('GET', '/scim/v2/ResourceTypes')).json['Resources'] as { schema: string }[];
    const schemas = (await call('GET', '/scim/v2/Schemas')).json['Resources'] as Schema[];
    expect(schemas.map(({ id }) => id)).toEqual(expect.arrayContaining(types.map(({ schema }) => schema)));
  });

  it('serves each schema by its URI, whatever its case', async () => {
    const listed = (await call('GET', '/scim/v2/Schemas')).json['Resources'] as Schema[];
    for (const schema of listed) {
      expect((await call('GET', `/scim/v2/Schemas/${schema.id}`)).json).toEqual(schema);
      expect((await call('GET', `/scim/v2/Schemas/${schema.id.toUpperCase()}`)).json).toEqual(schema);
    }
  });

  it('conforms to the schemas that it serves', async () => {
    const schemas = (await call('GET', '/scim/v2/Schemas')).json['Resources'] as (Schema & { schemas: string[] })[];
    const config = (await call('GET', '/scim/v2/ServiceProviderConfig')).json as { schemas: string[] };
    for (const resource of [config, ...schemas]) {
      const schema = schemas.find(({ id }) => id === resource.schemas[0]);
      const { schemas: _, meta, ...own } = resource as Record<string, unknown>;
      expect(meta).toMatchObject({ resourceType: expect.any(String), location: expect.stringMatching(/^https:/) });
      expect(nonConforming(own, schema!.attributes, schema!.id)).toEqual([]);
    }
  });

  it.each(['/scim/v2/Schemas/urn:example:none', '/scim/v2/ResourceTypes/User'])('%s is not there', async (path) => {
    const { status, json, headers } = await call('GET', path);
    expect(status).toBe(404);
    expect(headers['content-type']).toBe(SCIM_JSON);
    expect(json).toEqual({ schemas: [ERROR], status: '404', detail: expect.any(String) });
  });

  it.each(['ServiceProviderConfig', 'ResourceTypes', 'Schemas'])('refuses a filter on %s', async (name) => {
    const { status, json } = await call('GET', `/scim/v2/${name}?filter=${encodeURIComponent('id pr')}`);
    expect(status).toBe(403);
    expect(json).toMatchObject({ schemas: [ERROR], status: '403' });
  });

  it.each(['POST', 'PUT', 'PATCH', 'DELETE'])('can not be written: %s, whatever the body is', async (method) => {
    for (const path of [
      '/scim/v2/ServiceProviderConfig',
      '/scim/v2/Schemas',
      '/scim/v2/Schemas/urn:x',
      '/scim/v2/ResourceTypes',
    ]) {
      const { status, headers, json } = await call(
        method,
        path,
        { 'content-type': 'text/plain', 'content-length': '4' },
        'test',
      );
      expect(status).toBe(405);
      expect(headers['allow']).toBe('GET, HEAD');
      expect(json).toEqual({ schemas: [ERROR], status: '405', detail: expect.any(String) });
    }
  });
});

describe('everything else', () => {
  it('has probes and measurements', async () => {
    expect((await call('GET', '/healthz')).json).toEqual({ status: 'ok' });
    expect((await call('GET', '/readyz')).json).toEqual({ status: 'ready', checks: { database: 'ok' } });
    expect((await call('GET', '/metrics')).text).toContain('http_request_duration_seconds_bucket');
  });
});

/** Where a resource is not as its schema says: unknown or missing attributes, wrong types, values that are not listed. */
function nonConforming(value: Record<string, unknown>, attributes: readonly Attribute[], at: string): string[] {
  const known = new Map(attributes.map((attribute) => [attribute.name, attribute]));
  const unknown = Object.keys(value).filter((name) => !known.has(name));
  const missing = attributes.filter(({ name, required }) => required && !(name in value)).map(({ name }) => name);
  const inside = Object.entries(value).flatMap(([name, member]) => {
    const attribute = known.get(name);
    if (!attribute) return [];
    if (Array.isArray(member) !== attribute.multiValued) return [`${at}.${name}: several values?`];
    // RFC 7643 §7: `subAttributes` has the same schema as `attributes`
    const recursive = name === 'subAttributes' ? { ...attribute, subAttributes: attributes } : attribute;
    const items: unknown[] = Array.isArray(member) ? member : [member];
    return items.flatMap((item) => valueProblems(item, recursive, `${at}.${name}`));
  });
  return [
    ...unknown.map((name) => `${at}.${name}: unknown`),
    ...missing.map((name) => `${at}.${name}: missing`),
    ...inside,
  ];
}

function valueProblems(value: unknown, attribute: Attribute, at: string): string[] {
  if (attribute.type === 'complex') {
    return nonConforming(value as Record<string, unknown>, attribute.subAttributes ?? [], at);
  }
  const type = { string: 'string', reference: 'string', integer: 'number', boolean: 'boolean' }[attribute.type];
  if (typeof value !== type) return [`${at}: not ${attribute.type}`];
  const listed = attribute.canonicalValues?.includes(value as string) ?? true;
  return listed ? [] : [`${at}: ${String(value)} is not listed`];
}
