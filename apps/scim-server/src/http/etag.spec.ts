import { isKnown, readVersions, requireVersion } from './etag.ts';

it.each([
  ['*', 'any'],
  ['W/"3"', new Set([3])],
  ['"3"', new Set([3])],
  ['W/"3", W/"12"', new Set([3, 12])],
  ['W/"abc", 7', new Set()],
  ['', new Set()],
])('V2 a condition %j', (header, versions) => {
  expect(readVersions(header)).toEqual(versions);
});

it('V2 a condition that names nothing of ours is never met', () => {
  expect(() => requireVersion(readVersions('"x"'), 1)).toThrow(expect.objectContaining({ status: 412 }));
  expect(() => requireVersion(readVersions('W/"1"'), 1)).not.toThrow();
  expect(() => requireVersion(undefined, 1)).not.toThrow();
  expect([isKnown(undefined, 1), isKnown(readVersions('*'), 1), isKnown(readVersions('W/"2"'), 1)]).toEqual([
    false,
    true,
    false,
  ]);
});
