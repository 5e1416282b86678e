import { connectionKeysAt, keyStateAt, type ServiceProviderKey } from './service-provider-keys.ts';

const DAY = 86_400_000;
const START = new Date('2026-03-01T00:00:00Z');
const after = (days: number) => new Date(START.getTime() + days * DAY);

const pair = (
  generation: number,
  day: number,
  { use = 'signing', overlap = 7 }: { use?: ServiceProviderKey['use']; overlap?: number } = {},
): ServiceProviderKey => ({
  use,
  generation,
  currentFrom: after(day),
  overlapSeconds: overlap * 86_400,
  privateKey: `private ${use} ${generation}`,
  certificate: `certificate ${use} ${generation}`,
});

const both = (generation: number, day: number, overlap?: number) => [
  pair(generation, day, { use: 'signing', overlap }),
  pair(generation, day, { use: 'encryption', overlap }),
];

describe('the life of a key', () => {
  // made on day 10 with an overlap of 7 days: current from day 17 on
  const keys = [...both(1, 0), ...both(2, 17)];

  it.each([
    [10, 'current', 'next'],
    [16.99, 'current', 'next'],
    [17, 'retired', 'current'],
    [23.99, 'retired', 'current'],
    [24, undefined, 'current'],
    [400, undefined, 'current'],
  ])('on day %d: the first is %s, the second %s', (day, first, second) => {
    const states = keys.map((key) => keyStateAt(key, keys, after(day)));
    expect(states).toEqual([first, first, second, second]);
  });

  it.each([
    [10, 1, [1, 2], [1, 2]],
    [17, 2, [2], [2, 1]],
    [24, 2, [2], [2]],
  ])('on day %d: %d signs, %j are published, %j decrypt', (day, signing, published, decrypting) => {
    const at = connectionKeysAt(keys, after(day));
    expect(at.signing?.privateKey).toBe(`private signing ${signing}`);
    for (const use of ['signing', 'encryption'])
      expect(at.published.filter((key) => key.use === use).map(({ certificate }) => certificate)).toEqual(
        published.map((generation) => `certificate ${use} ${generation}`),
      );
    expect(at.decryptionKeys).toEqual(decrypting.map((generation) => `private encryption ${generation}`));
    expect(JSON.stringify(at.published)).not.toContain('private');
  });

  it('skips a generation that is followed before its time came', () => {
    const hurried = [...both(1, 0), ...both(2, 17), ...both(3, 17)];
    expect(connectionKeysAt(hurried, after(12)).published).toHaveLength(6);
    expect(connectionKeysAt(hurried, after(17)).signing?.privateKey).toBe('private signing 3');
    expect(connectionKeysAt(hurried, after(17)).decryptionKeys.at(0)).toBe('private encryption 3');
  });

  it('uses the first key though its time has not come by this clock', () => {
    expect(connectionKeysAt(both(4, 0), after(-1)).signing?.privateKey).toBe('private signing 4');
  });

  it('has no key that decrypts where there is none for it, and nothing at all without keys', () => {
    expect(connectionKeysAt([pair(1, 0)], after(1))).toMatchObject({ decryptionKeys: [] });
    expect(connectionKeysAt([], after(1))).toEqual({ signing: undefined, published: [], decryptionKeys: [] });
  });

  it('gives the same list of private keys while nothing changes, so that they are read once', () => {
    expect(connectionKeysAt(keys, after(10)).decryptionKeys).toBe(connectionKeysAt(keys, after(11)).decryptionKeys);
    expect(connectionKeysAt(keys, after(17)).decryptionKeys).not.toBe(connectionKeysAt(keys, after(11)).decryptionKeys);
  });
});
