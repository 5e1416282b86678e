import { randomBytes } from 'node:crypto';
import { masterKeyId, requireMasterKey, seal, unseal } from './seal.ts';
import type { Place } from './seal.ts';

const KEY = Buffer.alloc(32, 1);
const PLACE: Place = { table: 't', column: 'c', row: 'r', organizationId: 'o' };
const SECRET = Buffer.from('a private key');

it('opens where it was sealed, and looks different each time', () => {
  const sealed = seal(KEY, PLACE, SECRET);
  expect(unseal(KEY, PLACE, sealed)).toEqual(SECRET);
  expect(seal(KEY, PLACE, SECRET)).not.toEqual(sealed);
  expect(sealed.includes(SECRET)).toBe(false);
});

it.each(['table', 'column', 'row', 'organizationId'] as const)(
  'does not open under another %s (security.md 45)',
  (part) => {
    const sealed = seal(KEY, PLACE, SECRET);
    expect(() => unseal(KEY, { ...PLACE, [part]: 'other' }, sealed)).toThrow(
      expect.objectContaining({ code: 'sealed_secret_invalid' }),
    );
  },
);

it('does not take one place for another whose parts join to the same text', () => {
  const sealed = seal(KEY, { ...PLACE, column: 'a|b', row: 'c' }, SECRET);
  expect(() => unseal(KEY, { ...PLACE, column: 'a', row: 'b|c' }, sealed)).toThrow('does not open here');
});

it('does not open under another key', () => {
  const sealed = seal(KEY, PLACE, SECRET);
  expect(() => unseal(randomBytes(32), PLACE, sealed)).toThrow(
    expect.objectContaining({ code: 'sealed_secret_invalid' }),
  );
});

it('does not open when any byte changed or is missing', () => {
  const sealed = seal(KEY, PLACE, SECRET);
  for (let at = 0; at < sealed.length; at += 1) {
    const changed = Buffer.from(sealed);
    changed[at]! ^= 1;
    expect(() => unseal(KEY, PLACE, changed)).toThrow(expect.objectContaining({ code: 'sealed_secret_invalid' }));
    expect(() => unseal(KEY, PLACE, sealed.subarray(0, at))).toThrow(
      expect.objectContaining({ code: 'sealed_secret_invalid' }),
    );
  }
});

it('names a master key without its bytes and refuses one that is not 32 bytes', () => {
  expect(masterKeyId(KEY)).toMatch(/^[0-9a-f]{16}$/);
  expect(masterKeyId(KEY)).not.toBe(masterKeyId(Buffer.alloc(32, 2)));
  expect(() => requireMasterKey(Buffer.alloc(31))).toThrow(expect.objectContaining({ code: 'master_key_invalid' }));
});
