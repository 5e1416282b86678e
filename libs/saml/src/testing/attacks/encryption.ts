import type { AttackContext } from './attack-context.ts';
import { EVIL_NAME_ID, GENUINE_NAME_ID } from './attack-context.ts';

/* Encrypted assertions, which anybody can make: our encryption key is public. */

/** The genuine answer with other words encrypted, or with something else around the encrypted ones. */
const changed =
  (change: (context: AttackContext) => AttackContext['answer']['mutate']) =>
  (context: AttackContext): string => {
    const { idp, answer } = context;
    return idp.respondXml({ ...answer, mutate: { ...answer.mutate, ...change(context) } });
  };

const ENCRYPTED = /<saml:EncryptedAssertion[\s\S]*<\/saml:EncryptedAssertion>/;

/** The genuine Assertion with another subject and no signature. */
const evil = ({ idp, answer }: AttackContext): string => {
  const plain = idp.respondXml({ ...answer, encrypt: undefined, sign: 'none', assertionId: '_evil' });
  const assertion = /<saml:Assertion[\s\S]*<\/saml:Assertion>/.exec(plain)?.[0] ?? '';
  return assertion.replace(GENUINE_NAME_ID, EVIL_NAME_ID);
};

export const encryption = {
  decryptsToResponse: changed(({ idp, answer }) => ({
    plaintext: () => idp.respondXml({ ...answer, encrypt: undefined }),
  })),
  decryptsToNothingXml: changed(() => ({ plaintext: () => 'eve@acme.com <' })),
  decryptsToOtherEncoding: changed(() => ({ plaintext: (xml) => `<?xml version="1.0" encoding="UTF-16"?>${xml}` })),
  evilEncrypted: changed((context) => ({ plaintext: () => evil(context) })),
  evilBesideEncrypted: changed((context) => ({
    response: (xml) => xml.replace(ENCRYPTED, (encrypted) => evil(context) + encrypted),
  })),
  twoEncrypted: changed(() => ({
    response: (xml) => xml.replace(ENCRYPTED, (encrypted) => encrypted + encrypted.replace('Id="_key"', 'Id="_key2"')),
  })),
  emptyEncrypted: changed(() => ({
    response: (xml) =>
      xml.replace(ENCRYPTED, '<saml:EncryptedAssertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"/>'),
  })),
  cipherReference: changed(() => ({
    response: (xml) =>
      xml.replace(/<xenc:CipherValue>[^<]*<\/xenc:CipherValue>/, '<xenc:CipherReference URI="https://evil.example/"/>'),
  })),
  fiveKeys: changed(() => ({
    response: (xml) =>
      xml.replace(/<xenc:EncryptedKey[\s\S]*<\/xenc:EncryptedKey>/, (key) =>
        [1, 2, 3, 4, 5].map((index) => key.replace('"_key"', `"_key${index}"`)).join(''),
      ),
  })),
};
