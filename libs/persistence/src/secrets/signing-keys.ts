import { generateKeyPairSync, hash, sign } from 'node:crypto';
import type { Pool } from 'pg';
import { query } from '../sql.ts';
import type { PublicSigningKey, SigningKeys } from '../stores.ts';
import type { MasterKeys } from './master-keys.ts';
import { type KeyKind, RotatingKeys, type StoredKey } from './rotating-keys.ts';
import { ADD_SIGNING_KEY, LIST_SIGNING_KEYS } from './statements.ts';

const SIGNING: KeyKind<PublicSigningKey> = {
  name: 'signing',
  generate() {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const { x = '' } = publicKey.export({ format: 'jwk' });
    return Promise.resolve({ privateKey, publicKey: publicJwk(x) });
  },
  list: (on) => query<StoredKey<PublicSigningKey>>(on, LIST_SIGNING_KEYS, []),
  async add(on, generation, publicKey, from, now) {
    const values = [generation, JSON.stringify(publicKey), from, now];
    return (await query(on, ADD_SIGNING_KEY, values)).length > 0;
  },
};

export function signingKeys(pool: Pool, masterKeys: MasterKeys | undefined): SigningKeys {
  const ring = new RotatingKeys(pool, masterKeys, SIGNING);
  return {
    async signJws(payload, { type, now }) {
      const { generation, public_key: key } = await ring.current(now);
      const privateKey = await ring.privateKey(generation);
      const header = { alg: key.alg, kid: key.kid, typ: type };
      const signed = [header, payload].map((part) => base64url(JSON.stringify(part))).join('.');
      return `${signed}.${sign(null, Buffer.from(signed), privateKey).toString('base64url')}`;
    },
    publicKeys: async () => (await SIGNING.list(pool)).map(({ public_key: key }) => key),
  };
}

const base64url = (text: string) => Buffer.from(text).toString('base64url');

function publicJwk(x: string): PublicSigningKey {
  const kid = hash('sha256', JSON.stringify({ crv: 'Ed25519', kty: 'OKP', x }), 'base64url');
  return { kty: 'OKP', crv: 'Ed25519', x, use: 'sig', alg: 'EdDSA', kid };
}
