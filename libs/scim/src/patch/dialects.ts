import type { Quirk } from '../quirks.ts';

/** A way in which clients write a PATCH that is not the standard's, and what is made of it. */
export interface PatchDialect {
  /** As the request log calls it; QUIRKS has its sentence. */
  readonly quirk: Quirk;
  /** Clients that were seen to do so; empty = the public test suites. */
  readonly clients: readonly string[];
  /** One operation as they send it; for `operations_key` it stands under that key. */
  readonly sends: Readonly<Record<string, unknown>>;
  /** What tolerant mode takes it for. */
  readonly means: string;
  readonly strict: 'refused' | 'understood';
  /** Requirements that are about it. */
  readonly statements: readonly string[];
  /** Interoperability cases (by number) in which it is sent over HTTP. */
  readonly cases: readonly number[];
}

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/** Every dialect that PATCH understands. A test sends each one, so this is what happens, not what was meant to. */
export const PATCH_DIALECTS: readonly PatchDialect[] = [
  {
    quirk: 'op_in_capitals',
    clients: ['Microsoft Entra ID'],
    sends: { op: 'Replace', path: 'title', value: 'Engineer' },
    means: 'the operation in lower case',
    strict: 'understood',
    statements: ['X2'],
    cases: [2, 4, 5],
  },
  {
    quirk: 'operations_key',
    clients: [],
    sends: { op: 'replace', path: 'title', value: 'Engineer' },
    means: 'Operations',
    strict: 'refused',
    statements: ['X1'],
    cases: [],
  },
  {
    quirk: 'path_missing',
    clients: ['Okta', 'Microsoft Entra ID', 'Keycloak extensions'],
    sends: { op: 'replace', value: { active: false, title: 'Engineer' } },
    means: 'one operation for each attribute of the value',
    strict: 'refused',
    statements: ['X5'],
    cases: [3, 17, 19, 27],
  },
  {
    quirk: 'path_as_key',
    clients: ['Microsoft Entra ID'],
    sends: { op: 'replace', value: { 'name.givenName': 'Eve', [`${ENTERPRISE}:employeeNumber`]: '7' } },
    means: 'the key is the path of an operation of its own, filters in brackets included',
    strict: 'refused',
    statements: ['X6'],
    cases: [3],
  },
  {
    quirk: 'core_schema_as_key',
    clients: ['Microsoft Entra ID'],
    sends: { op: 'add', path: 'urn:ietf:params:scim:schemas:core:2.0:User', value: { title: 'Engineer' } },
    means: 'the attributes of the core schema',
    strict: 'understood',
    statements: ['X6', 'X26'],
    cases: [3],
  },
  {
    quirk: 'boolean_as_text',
    clients: ['Microsoft Entra ID', 'Keycloak extensions'],
    sends: { op: 'replace', path: 'active', value: 'False' },
    means: 'the boolean',
    strict: 'refused',
    statements: ['C9'],
    cases: [2, 11, 27],
  },
  {
    quirk: 'element_made',
    clients: ['Microsoft Entra ID'],
    sends: { op: 'replace', path: 'phoneNumbers[type eq "mobile"].value', value: '+49 30 1' },
    means: 'no value satisfies the filter, so one is made of what its `eq` terms say; later operations find it',
    strict: 'refused',
    statements: ['X13', 'X14'],
    cases: [8, 11],
  },
  {
    quirk: 'value_as_text',
    clients: ['Microsoft Entra ID'],
    sends: { op: 'add', path: `${ENTERPRISE}:manager`, value: 'd7f1' },
    means: 'an object whose `value` is the text',
    strict: 'refused',
    statements: ['X29'],
    cases: [13],
  },
  {
    quirk: 'list_as_single',
    clients: [],
    sends: { op: 'add', path: 'emails', value: { type: 'work', value: 'eve@acme.example' } },
    means: 'a list with this one value',
    strict: 'refused',
    statements: ['X30'],
    cases: [],
  },
  {
    quirk: 'single_as_list',
    clients: [],
    sends: { op: 'replace', path: 'title', value: ['Engineer'] },
    means: 'the one value in the list',
    strict: 'refused',
    statements: ['X30'],
    cases: [],
  },
  {
    quirk: 'unknown_attribute',
    clients: ['Microsoft Entra ID'],
    sends: { op: 'add', path: 'favouriteColour', value: 'red' },
    means: 'nothing, so that the other operations of the request work',
    strict: 'refused',
    statements: ['X24'],
    cases: [],
  },
  {
    quirk: 'unknown_schema',
    clients: ['Microsoft Entra ID'],
    sends: { op: 'add', path: 'urn:ietf:params:scim:schemas:extension:other:2.0:User:colour', value: 'red' },
    means: 'nothing, so that the other operations of the request work',
    strict: 'refused',
    statements: ['X24'],
    cases: [],
  },
  {
    quirk: 'computed_attribute',
    clients: ['Okta'],
    sends: { op: 'replace', value: { schemas: [ENTERPRISE], meta: { resourceType: 'User' }, title: 'Engineer' } },
    means: 'nothing: what the server computes stays as it is',
    strict: 'refused',
    statements: ['X21'],
    cases: [19],
  },
  {
    quirk: 'password_dropped',
    clients: ['Okta'],
    sends: { op: 'replace', path: 'password', value: 'a secret' },
    means: 'nothing: no passwords are kept',
    strict: 'understood',
    statements: ['T5'],
    cases: [16],
  },
];
