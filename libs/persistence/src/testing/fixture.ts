/// <reference types="jest" />
import pg from 'pg';
import { API_VERSION } from '@rolecall/org-config';
import type { OrganizationDocument, OrganizationSpec } from '@rolecall/org-config';
import type { SubjectKey } from '../stores.ts';
import { seedOrganization } from './seed.ts';
import { testDatabase } from './test-database.ts';
import type { TestDatabase } from './test-database.ts';

/** The moment at which this library's specs play. */
export const NOW = new Date('2026-11-21T10:00:00.000Z');

export function later(seconds: number): Date {
  return new Date(NOW.getTime() + seconds * 1000);
}

export const METADATA_XML = '<EntityDescriptor entityID="https://idp.example"/>';

export const OKTA: OrganizationSpec = {
  scopes: { 'account/main': {} },
  identityProviders: { okta: { type: 'saml', metadata: { xml: METADATA_XML } } },
};

export function document(name: string, spec: OrganizationSpec = OKTA, previously?: string[]): OrganizationDocument {
  const metadata = previously === undefined ? { name } : { name, previously };
  return { apiVersion: API_VERSION, kind: 'Organization', metadata, spec };
}

export function subject(value: string, identityProvider = 'okta'): SubjectKey {
  return { identityProvider, nameId: { value, format: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent' } };
}

/** A connection of one's own, closed at the end. */
export async function connected<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** A pool of one's own, to be ended; a connection that goes with its database then is no error. */
export function poolOf(url: string, max: number): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max });
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

/** One test database for a spec file; made before the first test and dropped after the last. */
export function useTestDatabase(): { current: TestDatabase } {
  const holder = {} as { current: TestDatabase };
  beforeAll(async () => {
    holder.current = await testDatabase({ poolSize: 8 });
  });
  afterAll(() => holder.current.drop());
  return holder;
}

/** The organizations "acme" and "globex" in a database, by their ids: what is said of one must not show in the other. */
export async function seedAcmeAndGlobex({ database }: TestDatabase): Promise<{ acme: string; globex: string }> {
  const seed = (name: string) => seedOrganization(database, document(name), { metadataXml: METADATA_XML });
  const [acme, globex] = [await seed('acme'), await seed('globex')];
  return { acme: acme.id, globex: globex.id };
}
