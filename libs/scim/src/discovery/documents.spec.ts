import type { Attribute, Schema } from '../schema/attribute.ts';
import { directorySchemas } from '../schema/registry.ts';
import { resourceTypeByName, resourceTypeList, schemaByUrn, schemaList, serviceProviderConfig } from './documents.ts';

const BASE = 'https://scim.example.com/scim/v2';
const URN = 'urn:ietf:params:scim:schemas:extension:acme:2.0:User';
const limits = { defaultPage: 100, page: 1_000, bulkOperations: 500, bulkBody: 4_096, cursorTimeoutSeconds: 60 };
const plain = directorySchemas({ mode: 'tolerant' });
const custom = directorySchemas({
  mode: 'strict',
  extension: {
    urn: URN,
    required: true,
    attributes: {
      badge: { type: 'integer', caseExact: false },
      page: { type: 'reference', caseExact: false },
      tier: { canonicalValues: ['gold'] },
    },
  },
});
type Listed<T> = { totalResults: number; Resources: T[] };
type Served = Schema & { schemas: string[]; meta: { location: string } };
const schemas = (schemaList(custom, BASE) as Listed<Served>).Resources;

it('D6 D7 publishes the real limits', () => {
  expect(serviceProviderConfig(BASE, limits, 'tolerant')).toMatchObject({
    patch: { supported: true },
    bulk: { supported: true, maxOperations: 500, maxPayloadSize: 4_096 },
    filter: { supported: true, maxResults: 1_000 },
    changePassword: { supported: false },
    sort: { supported: true },
    etag: { supported: true },
    pagination: { defaultPaginationMethod: 'index', defaultPageSize: 100, maxPageSize: 1_000, cursorTimeout: 60 },
    meta: { location: `${BASE}/ServiceProviderConfig` },
  });
  const later = { securityEvents: { asyncRequest: 'none' }, interopProfileConformant: true };
  for (const member of Object.keys(later)) {
    expect(serviceProviderConfig(BASE, limits, 'tolerant')).not.toHaveProperty(member);
  }
  expect(serviceProviderConfig(BASE, limits, 'strict')).toMatchObject(later);
});

it('D1 D2 D3 D10 resource types, whose schemas are all served', () => {
  const { Resources } = resourceTypeList(custom, BASE) as Listed<Record<string, unknown>>;
  expect(Resources).toMatchObject([
    {
      id: 'User',
      name: 'User',
      endpoint: '/Users',
      schemaExtensions: [{}, {}, { schema: URN, required: true }],
      meta: { resourceType: 'ResourceType', location: `${BASE}/ResourceTypes/User` },
    },
    { id: 'Group', endpoint: '/Groups' },
  ]);
  expect(resourceTypeByName('Group', custom, BASE)).toEqual(Resources[1]);
  for (const name of ['Device', '', '__proto__']) expect(resourceTypeByName(name, custom, BASE)).toBeUndefined();
  const named = Resources.flatMap(({ schema, schemaExtensions = [] }) => [
    schema,
    ...(schemaExtensions as { schema: string }[]).map((each) => each.schema),
  ]);
  expect(schemas.map(({ id }) => id)).toEqual(expect.arrayContaining(named));
});

it('D2 D8 each schema by its URN whatever its case, and those of this directory alone', () => {
  for (const schema of schemas) expect(schemaByUrn(schema.id.toUpperCase(), custom, BASE)).toEqual(schema);
  expect(schemaByUrn(URN, plain, BASE)).toBeUndefined();
  expect((schemaList(plain, BASE) as Listed<Served>).totalResults).toBe(schemas.length - 1);
});

const attributesOf = ({ attributes }: Schema) =>
  attributes.flatMap((attribute) => [attribute, ...(attribute.subAttributes ?? [])]);

it.each(schemas.map((schema) => [schema.id, schema] as const))('D8 D9 %s has every characteristic', (_, schema) => {
  expect(JSON.stringify(schema)).not.toContain('null');
  for (const attribute of attributesOf(schema)) {
    expect(attribute).toMatchObject({
      name: expect.stringMatching(/^\$?[a-zA-Z][\w-]*$/),
      description: expect.stringMatching(/./),
      type: expect.any(String),
      multiValued: expect.any(Boolean),
      required: expect.any(Boolean),
      caseExact: expect.any(Boolean),
      mutability: expect.any(String),
      returned: expect.any(String),
      uniqueness: expect.any(String),
    });
    expect(attribute.referenceTypes !== undefined).toBe(attribute.type === 'reference');
    expect(attribute.subAttributes !== undefined).toBe(attribute.type === 'complex');
    // [IP] §5.4
    expect(attribute.name !== 'type' || attribute.canonicalValues !== undefined).toBe(true);
  }
});

it('D10 offers what identity providers map, and T5 no password', () => {
  const names = schemas.flatMap((schema) => schema.attributes.map(({ name }) => name));
  expect(names).toEqual(
    expect.arrayContaining(['userName', 'emails', 'addresses', 'manager', 'accounts', 'members', 'badge']),
  );
  expect(names).not.toContain('password');
});

it('conforms to the schemas that it serves', () => {
  const config = serviceProviderConfig(BASE, limits, 'strict');
  const types = (resourceTypeList(custom, BASE) as Listed<object>).Resources;
  for (const resource of [config, ...types, ...schemas] as (Record<string, unknown> & { schemas: string[] })[]) {
    const schema = schemas.find(({ id }) => id === resource.schemas[0])!;
    const { schemas: _, meta, ...own } = resource;
    expect(meta).toMatchObject({ resourceType: expect.any(String), location: expect.stringMatching(/^https:/) });
    expect(nonConforming(own, schema.attributes, schema.id)).toEqual([]);
  }
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
  const types: Record<string, string> = { integer: 'number', decimal: 'number', boolean: 'boolean' };
  if (typeof value !== (types[attribute.type] ?? 'string')) return [`${at}: not ${attribute.type}`];
  const listed = attribute.canonicalValues?.includes(value as string) ?? true;
  return listed ? [] : [`${at}: ${String(value)} is not listed`];
}
