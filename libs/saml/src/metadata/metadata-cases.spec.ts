import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { X509Certificate } from 'node:crypto';

import { judgeMetadata, parseIdpMetadata, SAML_ERROR_CODES, SamlError, type SigningKey } from '../index.ts';
import {
  signXml,
  TEST_EC_KEY,
  TEST_ED25519_KEY,
  TEST_EXPIRED_KEY,
  TEST_IDP_KEY,
  TEST_OTHER_KEY,
  TEST_WEAK_KEY,
  TestIdp,
} from '../testing/index.ts';

// A case is a folder of cases/metadata with a case.json: what an IdP's metadata was, what its URL serves now, and what a
// refresh makes of that. Rows are those of the attack catalogue.

const KEYS = {
  idp: TEST_IDP_KEY,
  other: TEST_OTHER_KEY,
  ec: TEST_EC_KEY,
  ed25519: TEST_ED25519_KEY,
  weak: TEST_WEAK_KEY,
  expired: TEST_EXPIRED_KEY,
} as const satisfies Record<string, SigningKey>;
type KeyName = keyof typeof KEYS;

interface Edit {
  readonly find: string;
  readonly put: string;
}

interface MetadataCase {
  readonly id: string;
  /** Of the configuration. */
  readonly connection?: { readonly entityId?: string; readonly signedBy?: KeyName };
  /** In use; default the key `idp`. */
  readonly current?: { readonly keys: readonly KeyName[] };
  /** What the URL serves: the current document, with other keys, in a group of entities, edited, signed, edited again. */
  readonly next: {
    readonly keys?: readonly KeyName[];
    readonly federation?: readonly string[];
    readonly edit?: readonly Edit[];
    readonly signedBy?: KeyName;
    readonly algorithm?: string;
    readonly editSigned?: readonly Edit[];
  };
  readonly expect:
    | { readonly refuse: string }
    | { readonly outcome: string; readonly code?: string; readonly added?: KeyName[]; readonly removed?: KeyName[] };
}

const NOW = new Date('2026-03-01T12:00:00Z');
const DIRECTORY = join(import.meta.dirname, '../../cases/metadata');
const ROWS = 'MD05 MD06 MD07 MD08 MD09 MD10 MD11 MD12 MD13 MD14 MD15 MD16'.split(' ');

const cases = readdirSync(DIRECTORY).map((folder): [string, MetadataCase] => {
  return [folder, JSON.parse(readFileSync(join(DIRECTORY, folder, 'case.json'), 'utf8')) as MetadataCase];
});

const keysOf = (names: readonly KeyName[]) => names.map((name) => KEYS[name]);
const withoutDeclaration = (xml: string) => xml.replace(/^<\?xml[^>]*>\s*/, '');
const withId = (xml: string) => xml.replace(/<md:Entit(?:y|ies)Descriptor /, (start) => `${start}ID="_metadata" `);

/** Every place is changed; there must be one, so that a case cannot silently test something else. */
function edited(xml: string, edits: readonly Edit[] = []): string {
  return edits.reduce((text, { find, put }) => {
    if (!text.includes(find)) throw new Error(`the document does not hold ${find}`);
    return text.replaceAll(find, put.replace('{entity}', withoutDeclaration(new TestIdp().metadata())));
  }, xml);
}

function served({ next, current }: MetadataCase): string {
  const { keys = current?.keys ?? ['idp'], federation, edit, signedBy, algorithm, editSigned } = next;
  const entity = (entityId?: string) => withoutDeclaration(new TestIdp({ entityId }).metadata(keysOf(keys)));
  const group = federation?.map((entityId) => entity(entityId)).join('');
  const document =
    group === undefined
      ? new TestIdp().metadata(keysOf(keys))
      : `<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata">${group}</md:EntitiesDescriptor>`;
  const changed = edited(document, edit);
  if (signedBy === undefined) return edited(changed, editSigned);
  return edited(signXml(withId(changed), { key: KEYS[signedBy], algorithm }), editSigned);
}

function outcomeOf(row: MetadataCase): object {
  const { entityId, signedBy } = row.connection ?? {};
  const current = parseIdpMetadata(new TestIdp().metadata(keysOf(row.current?.keys ?? ['idp'])), { now: NOW });
  const pinned = signedBy === undefined ? undefined : KEYS[signedBy].certificate;
  try {
    const next = parseIdpMetadata(served(row), { now: NOW, entityId, signedBy: pinned });
    const verdict = judgeMetadata(current, next, { signed: signedBy !== undefined });
    if (verdict.outcome === 'unchanged') return verdict;
    const { addedCertificates, removedCertificates } = verdict.change;
    const { outcome } = verdict;
    const change = { added: addedCertificates.map(nameOf), removed: removedCertificates.map(nameOf) };
    return outcome === 'hold' ? { outcome, code: verdict.code, ...change } : { outcome, ...change };
  } catch (error) {
    if (error instanceof SamlError) return { refuse: error.code };
    throw error;
  }
}

/** The test key with this fingerprint. */
function nameOf(fingerprint: string): string | undefined {
  const found = Object.entries(KEYS).find(([, { certificate }]) => {
    return new X509Certificate(certificate).fingerprint256.replaceAll(':', '').toLowerCase() === fingerprint;
  });
  return found?.[0];
}

it('has every row of the catalogue, each in a folder that bears its id', () => {
  expect([...new Set(cases.map(([, { id }]) => id.slice(0, 4)))].sort()).toEqual(ROWS);
  expect(cases.filter(([folder, { id }]) => !folder.startsWith(`${id}-`))).toEqual([]);
});

it('names only codes that the operator finds in the list', () => {
  const codes = cases.flatMap(([, { expect: expected }]) => {
    return 'refuse' in expected ? [expected.refuse] : (expected.code ?? []);
  });
  expect(codes.filter((code) => !Object.hasOwn(SAML_ERROR_CODES, code))).toEqual([]);
});

it.each(cases)('%s', (_folder, row) => {
  expect(outcomeOf(row)).toEqual(row.expect);
});
