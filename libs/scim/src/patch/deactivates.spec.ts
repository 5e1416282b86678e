import { directorySchemas } from '../schema/registry.ts';
import { deactivates } from './deactivates.ts';
import { PATCH_SCHEMA } from './patch.ts';
import { readPatch } from './read-patch.ts';

const schemas = directorySchemas({ mode: 'tolerant' });
const isOne = (...operations: object[]) =>
  deactivates(readPatch({ schemas: [PATCH_SCHEMA], Operations: operations }, 'user', schemas));

it.each([
  ['RFC 7644', { op: 'replace', path: 'active', value: false }],
  ['Entra', { op: 'Replace', path: 'active', value: 'False' }],
  ['Okta', { op: 'replace', value: { active: false } }],
  ['an addition', { op: 'add', path: 'active', value: false }],
  ['a path with its URN', { op: 'replace', path: 'urn:ietf:params:scim:schemas:core:2.0:User:active', value: false }],
])('X35 a deactivation as %s sends it is one', (_, operation) => {
  expect(isOne(operation)).toBe(true);
});

const off = { op: 'replace', path: 'active', value: false };
it.each([
  ['an activation', [{ op: 'replace', path: 'active', value: true }]],
  ['a removal', [{ op: 'remove', path: 'title' }]],
  ['another attribute', [{ op: 'replace', path: 'title', value: 'x' }]],
  ['another attribute as well', [off, { op: 'replace', path: 'title', value: 'x' }]],
  ['several keys', [{ op: 'replace', value: { active: false, title: 'x' } }]],
  ['the id as well', [{ op: 'replace', value: { id: '1', active: false } }]],
  ['nothing that the directory knows', [{ op: 'replace', path: 'unknown', value: false }]],
])('%s is none', (_, operations) => {
  expect(isOne(...operations)).toBe(false);
});
