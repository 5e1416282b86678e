import { createHash, sign, type BinaryLike, type KeyLike } from 'node:crypto';

import type { SignedXml } from 'xml-crypto';

import { DIGEST_ALGORITHMS, SIGNATURE_ALGORITHMS } from '../response/algorithms.ts';

/** Teaches a signer every algorithm that we verify, also those that xml-crypto does not know. */
export function teachMoreAlgorithms(signer: SignedXml): void {
  for (const [uri, { hash, input }] of SIGNATURE_ALGORITHMS) {
    signer.SignatureAlgorithms[uri] ??= class {
      getSignature = (signedInfo: BinaryLike, key: KeyLike) => {
        if (typeof signedInfo !== 'string' || typeof key !== 'string') throw new Error('signXml gives text and PEM');
        return sign(hash, Buffer.from(signedInfo), { key, ...input }).toString('base64');
      };
      verifySignature = () => false;
      getAlgorithmName = () => uri;
    };
  }
  for (const [uri, hash] of DIGEST_ALGORITHMS) {
    signer.HashAlgorithms[uri] ??= class {
      getHash = (xml: string) => createHash(hash).update(xml).digest('base64');
      getAlgorithmName = () => uri;
    };
  }
}
