import { differences, fill } from './pattern.ts';
import type { Memory } from './pattern.ts';

const ID = '0199c5b0-0000-7000-8000-000000000001';

it.each<[string, unknown, unknown]>([
  ['members beyond the pattern', { a: 1 }, { a: 1, b: 2 }],
  ['a list in another order', { a: [{ v: 2 }, { v: 1 }] }, { a: [{ v: 1, x: 0 }, { v: 2 }] }],
  ['a list in this order', { 'a!': [1, 2] }, { a: [1, 2] }],
  ['what is absent', { a: '<absent>' }, {}],
  ['a kind', { a: '<uuid>', b: '<number>', c: '<etag>' }, { a: ID, b: 0, c: 'W/"1"' }],
  ['an expression', '<~ ^https://scim/>', 'https://scim/v2'],
  ['another value', '<not 7>', '8'],
  ['nothing more', { '<only>': true, a: 1 }, { a: 1 }],
])('%s is as the pattern says', (_, pattern, value) => {
  expect(differences(pattern, value, new Map())).toEqual([]);
});

it.each<[string, unknown, unknown]>([
  ['a missing member', { a: 1 }, {}],
  ['another value', { a: 1 }, { a: '1' }],
  ['an element too much', { a: [1] }, { a: [1, 1] }],
  ['an element too few', { a: [] }, {}],
  ['another order', { 'a!': [1, 2] }, { a: [2, 1] }],
  ['two elements where one matches twice', { a: [{ v: 1 }, { v: 1 }] }, { a: [{ v: 1 }, { v: 2 }] }],
  ['what should be absent', { a: '<absent>' }, { a: null }],
  ['another kind', '<uuid>', 'babs'],
  ['an unknown kind', '<unicorn>', 'x'],
  ['no match', '<~ ^a>', 'ba'],
  ['the same value', '<not 7>', 7],
  ['more than it says', { '<only>': true, a: 1 }, { a: 1, b: 2 }],
  ['an unknown name', '{babs}', ID],
])('%s is not', (_, pattern, value) => {
  expect(differences(pattern, value, new Map())).not.toEqual([]);
});

it('remembers what it met, by number in repetitions', () => {
  const memory: Memory = new Map([['n', 3]]);
  expect(differences({ id: '<user{n}:uuid>' }, { id: ID }, memory)).toEqual([]);
  expect(fill('/Users/{user3}?{user{n}}&{n}&{unknown}', memory)).toBe(`/Users/${ID}?${ID}&3&{unknown}`);
});
