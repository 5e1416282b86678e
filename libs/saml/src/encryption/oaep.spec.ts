import { constants, createPrivateKey, createPublicKey, publicEncrypt, randomBytes } from 'node:crypto';

import { TEST_OTHER_KEY, TEST_SP_KEY } from '../testing/index.ts';
import type { Oaep } from './algorithms.ts';
import { openOaep } from './oaep.ts';

const key = createPrivateKey(TEST_SP_KEY.privateKey);
const oaep = (hash: Oaep['hash'], mgf1: Oaep['mgf1']): Oaep => ({ name: 'parametrized', hash, mgf1 });

/** Hash of the label, hash of the mask, and what `openssl pkeyutl -encrypt` made of a content key for TEST_SP_KEY. */
const BY_OPENSSL = [
  [
    'sha1',
    'sha1',
    'Gl53O7GDOm1nqUpJ8Lwm1LifplaIb5+/hTNsA4GLz2mT0tN6E5LWa1RUshG1wHzybn/tSxcQY3SfZUPMyfjhcC7ADQgSVKv5Wg7EdYK7PAPw2DFr7Bb4+P4wS6ncqyDqcK31BmuAZMOz7SWOfVT85OCuZhf4vdWeyrsTAOArTWamnELr6w1IYVyh444raUVG7LBtofA5jdC+v1cXVWGoKtDH6fMbgfi5tunHGS+48HkuJv3PvV76ch5g9uWLr6afNevXVc+g6K9Bg3uj0k7X93/VRFEXS5z8g5It5vOjORu5Ab+snbTRQD2DpdPCBAjbYkA/T7iefGPD3+7JXkarUA==',
  ],
  [
    'sha256',
    'sha1',
    'rSJ6eyVVv947sFKJ2nnNp6ze14Agkrhjn5yzsFIA87z+I5yerUOfY7jxEXzkOXxxFoBQJzK6+zYBdP05ABVv7f16RIaSqiCt/CXA7M1c9X4+aT6JlmaMZzIDX2W/7J+GqKMHO3KKmRFzrqw6ND5jyfvPLWc6Hvwe9+oAJFpwD04xijabKVRBxY2nQONxoD7uOaOR9591VlHjCPT7BI9sf8vpg5uwAOxNsIO66TKvQhrjjuxyutTx4KkRy5OUMWc6+wDnhX25nmQeyc+QpskKekIff5dm3CS5hLthI06xCpMUsxggoIf3SfO1GvAJuaOO7q6lX1ymw3EqlOsRHFmDgw==',
  ],
  [
    'sha1',
    'sha256',
    'OCrPeE2uBDSR1H83KTex1sK5Kvx/oMx7KSytfjxq5bmk0/XrDZWJf/JR/rLY0LEKJP/5YBuAG7FLfN+qTKEgH/rXFK8+XPsw68Ht/BYxOZZB6Nbb0TG9FMOzyJeHZ/KUZSgBGgZqY0fm9aQC4EXbmTVQ7mxd0hmn2CM1R++Bp9tsR9lWKPe0G9E5FWeCUgJLzOS39iI8Vul19RQEZzsZP+2QQXqWKIVD5maz6Q7JHRqT9kbOHzEIs2eFBzW4xtQC3og+qR4vA4T5R3jxtgXY7h7vS4V7RMEIVOk7ZQ6bcKGEipr5+7H4w+Y2niF51xbHX4CBsmexpuT7MC1UB0rUhQ==',
  ],
  [
    'sha256',
    'sha256',
    'bKTQqb8LBrlMfhQYqbVowShur9rywKkyP+7kTsKV7be81riguWPfH5ZKFZa/+6wZ3jgoW+JDIyCDt/5nf0owD8/J9o1r14gopdQqjY18dCxSaYjQf0CzfP0hBwBFKhlGigPBGqvIFjWllvCrneYnya1TnpjkSOko7Lc2hVkz0JdWXFDsXZKrDjkv7LcO/MabwGax9T2VyS5U7rFmHqo9gJfYBVa65EKW78TuubVRe2I7ZMC2fSE5AK81EVIA8Fmt8IVhMgj3Jw7I6UeRshPBFmrnIujxXMI82lK3dzSHUc6LYo8NFOAY3k5Ghvx8nqV6/G94aWr4YNmggGPl+c/zhw==',
  ],
] as const;

describe('RSA-OAEP', () => {
  it.each(BY_OPENSSL)('opens what OpenSSL encrypted with %s and a mask of %s', (hash, mgf1, ciphertext) => {
    const opened = openOaep(key, Buffer.from(ciphertext, 'base64'), oaep(hash, mgf1));
    expect(opened?.toString()).toBe('0123456789abcdef0123456789abcdef');
  });

  it.each(BY_OPENSSL)('opens nothing else: with %s and a mask of %s', (hash, mgf1, text) => {
    const ciphertext = Buffer.from(text, 'base64');
    const changed = Buffer.from(ciphertext);
    changed.writeUInt8(changed.readUInt8(100) ^ 1, 100);
    expect(openOaep(key, changed, oaep(hash, mgf1))).toBeUndefined();
    expect(openOaep(createPrivateKey(TEST_OTHER_KEY.privateKey), ciphertext, oaep(hash, mgf1))).toBeUndefined();
    expect(openOaep(key, ciphertext.subarray(1), oaep(hash, mgf1))).toBeUndefined();
    for (const [, , other] of BY_OPENSSL.filter(([one, mask]) => one !== hash || mask !== mgf1))
      expect(openOaep(key, Buffer.from(other, 'base64'), oaep(hash, mgf1))).toBeUndefined();
  });

  const publicKey = createPublicKey(TEST_SP_KEY.certificate);
  const raw = (encoded: Buffer) => publicEncrypt({ key: publicKey, padding: constants.RSA_NO_PADDING }, encoded);

  it('refuses every block that is not padded as it must be (RFC 8017 7.1.2, step 3g)', () => {
    for (let round = 0; round < 200; round += 1) {
      const encoded = randomBytes(256);
      encoded.writeUInt8(0, 0);
      expect(openOaep(key, raw(encoded), oaep('sha256', 'sha1'))).toBeUndefined();
    }
    expect(openOaep(key, raw(Buffer.alloc(256)), oaep('sha256', 'sha1'))).toBeUndefined();
  });
});
