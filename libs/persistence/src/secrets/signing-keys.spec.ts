import { randomBytes } from 'node:crypto';
import { compactVerify, createLocalJWKSet, decodeProtectedHeader } from 'jose';
import { openDatabase } from '../database.ts';
import type { Database } from '../database.ts';
import { connected, later, NOW, useTestDatabase } from '../testing/fixture.ts';
import { rotateMasterKey } from './rotate-master-key.ts';

const DAY = 86_400;
const test = useTestDatabase();
const options = { type: 'rolecall-audit-head+jwt', now: NOW };

/** As others check it. */
async function verified(database: Pick<Database, 'signingKeys'>, jws: string): Promise<unknown> {
  const keys = await database.signingKeys.publicKeys();
  const { payload } = await compactVerify(jws, createLocalJWKSet({ keys: [...keys] }), { algorithms: ['EdDSA'] });
  return JSON.parse(Buffer.from(payload).toString());
}

async function another<T>(masterKey: Buffer | undefined, work: (database: Database) => Promise<T>): Promise<T> {
  const database = await openDatabase({ url: test.current.url, ...(masterKey && { masterKey }) });
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

it('signs so that jose verifies it by the published keys, and nothing else', async () => {
  const { database } = test.current;
  const jws = await database.signingKeys.signJws({ seq: 1, text: 'ä' }, options);
  expect(await verified(database, jws)).toEqual({ seq: 1, text: 'ä' });
  const [key] = await database.signingKeys.publicKeys();
  expect(decodeProtectedHeader(jws)).toEqual({ alg: 'EdDSA', kid: key?.kid, typ: options.type });
  expect(Object.keys(key ?? {}).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x']);
  const [head, , signature] = jws.split('.');
  const forged = [head, Buffer.from('{"seq":2,"text":"ä"}').toString('base64url'), signature].join('.');
  await expect(verified(database, forged)).rejects.toMatchObject({ code: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED' });
});

it('is one key for processes that begin at the same moment', async () => {
  await connected(test.current.ownerUrl, (owner) =>
    owner.query(`delete from signing_keys; delete from deployment_keys where name like 'signing/%'`),
  );
  await another(test.current.masterKey, (first) =>
    another(test.current.masterKey, async (second) => {
      const signed = await Promise.all([first, second].map((one) => one.signingKeys.signJws({ n: 1 }, options)));
      expect(await first.signingKeys.publicKeys()).toHaveLength(1);
      for (const jws of signed) expect(await verified(second, jws)).toEqual({ n: 1 });
    }),
  );
});

it('publishes the next key a day before it signs, and the former ones for ever', async () => {
  const signedAt = (days: number) =>
    another(test.current.masterKey, async (database) => {
      const jws = await database.signingKeys.signJws({ days }, { ...options, now: later(days * DAY) });
      return { jws, kid: decodeProtectedHeader(jws).kid, keys: await database.signingKeys.publicKeys() };
    });
  const first = await signedAt(1);
  const announced = await signedAt(89.5);
  expect([announced.kid, announced.keys.length]).toEqual([first.kid, first.keys.length + 1]);
  const next = await signedAt(90.5);
  expect([next.kid, next.keys.length]).toEqual([announced.keys[0]?.kid, announced.keys.length]);
  const late = await signedAt(400); // nobody signed for long: the next one is announced before it is used all the same
  expect([late.kid, late.keys.length]).toEqual([next.kid, next.keys.length + 1]);
  for (const { jws } of [first, announced, next, late]) await verified(test.current.database, jws);
});

it('cannot be done by who owns the database alone, and outlives the master key (security.md 45)', async () => {
  await expect(another(undefined, (database) => database.signingKeys.signJws({}, options))).rejects.toMatchObject({
    code: 'master_key_missing',
  });
  const fresh = randomBytes(32);
  await expect(another(fresh, (database) => database.signingKeys.signJws({}, options))).rejects.toMatchObject({
    code: 'master_key_mismatch',
  });
  const { ownerUrl, masterKey: previousMasterKey } = test.current;
  const jws = await another(previousMasterKey, (database) => database.signingKeys.signJws({ before: true }, options));
  await rotateMasterKey({ ownerUrl, masterKey: fresh, previousMasterKey });
  await another(fresh, async (database) => {
    const again = await database.signingKeys.signJws({ after: true }, options);
    expect(decodeProtectedHeader(again)).toEqual(decodeProtectedHeader(jws));
    expect(await verified(database, again)).toEqual({ after: true });
  });
});
