import { createPrivateKey, generateKeyPairSync, hash, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { Pool } from 'pg';
import { inTransaction, query } from '../sql.ts';
import type { PublicSigningKey, SigningKeys } from '../stores.ts';
import { deploymentKeyPlace } from './fingerprint-keys.ts';
import { requireMasterKeys } from './master-keys.ts';
import type { MasterKeys, WrappedKey } from './master-keys.ts';
import { ADD_DEPLOYMENT_KEY, ADD_SIGNING_KEY, LIST_SIGNING_KEYS, READ_DEPLOYMENT_KEY } from './statements.ts';

const DAY_MS = 86_400_000;
/** A key signs for so long; the one after it is published so long before. */
const SIGNS_MS = 90 * DAY_MS;
const AHEAD_MS = DAY_MS;
/** How long this process remembers which keys there are. */
const KNOWN_MS = 60_000;

interface StoredKey {
  readonly generation: number;
  readonly public_key: PublicSigningKey;
  readonly current_from: Date;
}

/** The private keys stand among those of the deployment, so another master key takes them over with the rest. */
export function signingKeys(pool: Pool, masterKeys: MasterKeys | undefined): SigningKeys {
  const opened = new Map<number, Promise<KeyObject>>();
  let known: { readonly keys: readonly StoredKey[]; readonly at: number } | undefined;

  const list = () => query<StoredKey>(pool, LIST_SIGNING_KEYS, []);

  async function current(now: Date): Promise<StoredKey> {
    if (known === undefined || Math.abs(now.getTime() - known.at) > KNOWN_MS) {
      known = { keys: await renewed(await list(), now), at: now.getTime() };
    }
    const key = known.keys.find(({ current_from: from }) => from <= now) ?? known.keys.at(-1);
    if (key === undefined) throw new Error('a signing key was stored and is not there');
    return key;
  }

  /** Makes the first key, or the next one when the newest has served its time. */
  async function renewed(keys: readonly StoredKey[], now: Date): Promise<readonly StoredKey[]> {
    const [newest] = keys;
    const due = newest && new Date(newest.current_from.getTime() + SIGNS_MS);
    if (due && due.getTime() - AHEAD_MS > now.getTime()) return keys;
    const from = due ? new Date(Math.max(due.getTime(), now.getTime() + AHEAD_MS)) : now;
    await make((newest?.generation ?? 0) + 1, from, now);
    return list();
  }

  /** Of two processes that make one at the same moment, both take the one that was first. */
  async function make(generation: number, from: Date, now: Date): Promise<void> {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const { x = '' } = publicKey.export({ format: 'jwk' });
    const name = nameOf(generation);
    const secret = privateKey.export({ type: 'pkcs8', format: 'der' });
    const { master_key_id: id, wrapped_key: wrapped } = requireMasterKeys(masterKeys).wrap(
      deploymentKeyPlace(name),
      secret,
    );
    await inTransaction(pool, {}, async (client) => {
      const values = [generation, JSON.stringify(publicJwk(x)), from, now];
      const added = await query(client, ADD_SIGNING_KEY, values);
      if (added.length > 0) await query(client, ADD_DEPLOYMENT_KEY, [name, id, wrapped]);
    });
  }

  async function open(generation: number): Promise<KeyObject> {
    const keys = requireMasterKeys(masterKeys);
    const name = nameOf(generation);
    const [stored] = await query<WrappedKey & object>(pool, READ_DEPLOYMENT_KEY, [name]);
    if (stored === undefined) throw new Error(`the signing key ${generation} is not there`);
    return createPrivateKey({ key: keys.unwrap(deploymentKeyPlace(name), stored), format: 'der', type: 'pkcs8' });
  }

  return {
    async signJws(payload, { type, now }) {
      const { generation, public_key: key } = await current(now);
      const privateKey = opened.get(generation) ?? open(generation);
      opened.set(generation, privateKey);
      privateKey.catch(() => opened.delete(generation));
      const header = { alg: key.alg, kid: key.kid, typ: type };
      const signed = [header, payload].map((part) => base64url(JSON.stringify(part))).join('.');
      return `${signed}.${sign(null, Buffer.from(signed), await privateKey).toString('base64url')}`;
    },
    publicKeys: async () => (await list()).map(({ public_key: key }) => key),
  };
}

const nameOf = (generation: number) => `signing/${generation}`;

const base64url = (text: string) => Buffer.from(text).toString('base64url');

function publicJwk(x: string): PublicSigningKey {
  const kid = hash('sha256', JSON.stringify({ crv: 'Ed25519', kty: 'OKP', x }), 'base64url');
  return { kty: 'OKP', crv: 'Ed25519', x, use: 'sig', alg: 'EdDSA', kid };
}
