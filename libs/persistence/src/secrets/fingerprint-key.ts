import { hkdfSync } from 'node:crypto';
import { masterKeyMissing } from '../errors.ts';

/**
 * The key with which a collection's secrets are fingerprinted (RFC 5869): derived, so that no table holds it, and of no use
 * for opening anything. Another master key gives other fingerprints.
 */
export function fingerprintKey(masterKey: Buffer | undefined, collection: string): Buffer {
  if (masterKey === undefined) throw masterKeyMissing();
  return Buffer.from(hkdfSync('sha256', masterKey, '', `rolecall secret fingerprints\n${collection}`, 32));
}
