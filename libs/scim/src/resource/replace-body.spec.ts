import { ENTERPRISE_SCHEMA } from '../schema/extensions.ts';
import { directorySchemas } from '../schema/registry.ts';
import { newUser, replacedBody, sameValue } from './replace-body.ts';

const URN = 'urn:ietf:params:scim:schemas:extension:acme:2.0:User';
const { user } = directorySchemas({
  mode: 'tolerant',
  extension: {
    urn: URN,
    attributes: {
      badge: { type: 'integer', mutability: 'immutable' },
      tier: {},
      desk: { type: 'complex', subAttributes: { floor: { mutability: 'immutable' }, room: {} } },
    },
  },
});
const stored = { userName: 'ada', active: false, title: 'Dr', [URN]: { badge: 7, tier: 'gold', desk: { floor: '3' } } };

it('C9 a new user is active unless it was said otherwise', () => {
  expect(newUser({ userName: 'ada' })).toEqual({ userName: 'ada', active: true });
  expect(newUser({ userName: 'ada', active: false })).toMatchObject({ active: false });
});

it('P3 what is left out is cleared, save active and what can not be changed', () => {
  expect(replacedBody(stored, { userName: 'eve', [ENTERPRISE_SCHEMA]: { department: 'Tours' } }, user)).toEqual({
    userName: 'eve',
    active: false,
    [ENTERPRISE_SCHEMA]: { department: 'Tours' },
    [URN]: { badge: 7, desk: { floor: '3' } },
  });
  expect(replacedBody(stored, { userName: 'ada', active: true }, user)).toMatchObject({ active: true });
});

it('P2 X20 an immutable attribute can be set once and repeated, not changed', () => {
  expect(replacedBody({ userName: 'ada' }, { userName: 'ada', [URN]: { badge: 7 } }, user)).toMatchObject({
    [URN]: { badge: 7 },
  });
  expect(replacedBody(stored, { ...stored, active: true }, user)).toEqual({ ...stored, active: true });
  for (const own of [{ badge: 8 }, { badge: 7, desk: { floor: '4' } }]) {
    const change = () => replacedBody(stored, { userName: 'ada', [URN]: own }, user);
    expect(change).toThrow(expect.objectContaining({ status: 400, scimType: 'mutability' }));
    expect(change).toThrow(expect.objectContaining({ detail: expect.stringContaining(URN) }));
  }
});

it('P4 tells a change from none', () => {
  expect(sameValue({ a: 1, b: [{ c: 'x', d: true }] }, { b: [{ d: true, c: 'x' }], a: 1 })).toBe(true);
  expect(sameValue({ a: [1, 2] }, { a: [2, 1] })).toBe(false);
  expect(sameValue({ a: 1 }, { a: 1, b: 1 })).toBe(false);
  expect(sameValue({ a: 1 }, { toString: 1 })).toBe(false);
  expect(sameValue({ a: [] }, { a: {} })).toBe(false);
  expect(sameValue('1', 1)).toBe(false);
});
