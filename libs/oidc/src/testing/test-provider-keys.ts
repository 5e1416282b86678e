import { constants, createHmac, generateKeyPairSync, type JsonWebKey, type KeyObject, sign } from 'node:crypto';

/** A key pair of the test provider; `kid` is its name. */
export interface TestKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

const made = new Map<string, TestKey>();

/** TEST ONLY. The key with this name, made once in a process: `rsa`, `next` and `attacker` are RSA, `weak` has 1024 bit. */
export function testKey(kid: string): TestKey {
  const known = made.get(kid);
  if (known) return known;
  const key = { kid, ...pairOf(kid) };
  made.set(kid, key);
  return key;
}

function pairOf(kid: string): { readonly privateKey: KeyObject; readonly publicKey: KeyObject } {
  if (kid === 'ec') return generateKeyPairSync('ec', { namedCurve: 'P-256' });
  if (kid === 'ec-384') return generateKeyPairSync('ec', { namedCurve: 'P-384' });
  if (kid === 'ed') return generateKeyPairSync('ed25519');
  return generateKeyPairSync('rsa', { modulusLength: kid === 'weak' ? 1_024 : 2_048 });
}

/** How a key stands in the key set; with its private parts where a provider is careless. */
export function jwkOf({ kid, publicKey, privateKey }: TestKey, privateParts = false): JsonWebKey {
  return { ...(privateParts ? privateKey : publicKey).export({ format: 'jwk' }), kid, use: 'sig' };
}

/** A compact JWS over any header and payload; a text as key is a shared secret, none leaves the signature empty. */
export function compactJws(header: object, payload: object, key: KeyObject | string | undefined): string {
  const signed = [header, payload].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${signed}.${signatureOf(signed, header, key).toString('base64url')}`;
}

function signatureOf(signed: string, header: object, key: KeyObject | string | undefined): Buffer {
  if (key === undefined) return Buffer.alloc(0);
  if (typeof key === 'string') return createHmac('sha256', key).update(signed).digest();
  const alg = 'alg' in header && typeof header.alg === 'string' ? header.alg : 'RS256';
  const hash = key.asymmetricKeyType === 'ed25519' ? null : `sha${/\d{3}$/.exec(alg)?.[0] ?? '256'}`;
  const padding = alg.startsWith('PS') ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: -1 } : {};
  return sign(hash, Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363', ...padding });
}
