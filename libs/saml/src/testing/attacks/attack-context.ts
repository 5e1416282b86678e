import type { SamlConnection, SigningKey } from '../../connection.ts';
import { parseIdpMetadata } from '../../metadata/parse-idp-metadata.ts';
import { fillTemplate } from '../fill-template.ts';
import type { SignOptions } from '../sign-xml.ts';
import { TestIdp, type TestResponse } from '../test-idp.ts';
import {
  TEST_EC_KEY,
  TEST_EXPIRED_KEY,
  TEST_IDP_KEY,
  TEST_OTHER_KEY,
  TEST_SP_KEY,
  TEST_SP_NEXT_KEY,
  TEST_WEAK_KEY,
} from '../test-keys.ts';
import type { AttackCase, Edit, KeyName } from './attack-case.ts';

/** The moment at which every case happens. */
export const NOW = new Date('2026-03-01T12:00:00Z');
/** Our AuthnRequest of one minute before. */
export const REQUEST_ID = `_${(NOW.getTime() - 60_000).toString(16).padStart(12, '0')}${'5a'.repeat(32)}`;
/** What a genuine answer says. */
export const GENUINE_NAME_ID = 'eve@acme.com';
/** What an attacker would like it to say. */
export const EVIL_NAME_ID = 'admin@acme.com';

/** The attacker's key with the attacker's certificate. */
export const ATTACKER: SigningKey = TEST_OTHER_KEY;

/** The test keys by the names that cases give. */
export const KEYS: Readonly<Record<KeyName, SigningKey>> = {
  idp: TEST_IDP_KEY,
  other: TEST_OTHER_KEY,
  impostor: { privateKey: TEST_OTHER_KEY.privateKey, certificate: TEST_IDP_KEY.certificate },
  weak: TEST_WEAK_KEY,
  ec: TEST_EC_KEY,
  expired: TEST_EXPIRED_KEY,
  sp: TEST_SP_KEY,
  spNext: TEST_SP_NEXT_KEY,
};

/** What a builder works with. */
export interface AttackContext {
  readonly idp: TestIdp;
  /** The genuine answer that the case describes. */
  readonly answer: TestResponse;
  readonly connection: SamlConnection;
  /** Fills template placeholders with the values of the answer. */
  readonly fill: (text: string) => string;
}

/** The IdP, the connection and the genuine answer of a case. */
export function attackContext({ answer = {}, edit = [], connection: changed = {} }: AttackCase): AttackContext {
  const idp = new TestIdp();
  const { keys = ['idp'], ssoUrl, signed, decryptsWith = ['sp'], ...rest } = changed;
  const connection: SamlConnection = {
    id: 'org/okta',
    spEntityId: 'https://login.example/saml/acme/okta/metadata',
    acsUrl: 'https://login.example/saml/acme/okta/acs',
    forceAuthn: false,
    decryptionKeys: decryptsWith.map((name) => KEYS[name].privateKey),
    ...rest,
    ...(signed === true ? { signing: TEST_OTHER_KEY } : {}),
    idp: {
      ...parseIdpMetadata(idp.metadata(), { now: NOW }),
      signingCertificates: keys.map((name) => KEYS[name].certificate),
      ...(ssoUrl === undefined ? {} : { ssoUrl }),
    },
  };
  const fill = (text: string) =>
    fillTemplate(
      text,
      { acsUrl: connection.acsUrl, spEntityId: connection.spEntityId, idp: idp.entityId, requestId: REQUEST_ID },
      NOW,
    );
  const changes = (place: Edit['in']) => (xml: string) =>
    edit
      .filter((one) => one.in === place)
      .reduce((text, { find, put }) => replaceOnce(text, fill(find), fill(put)), xml);
  return {
    idp,
    connection,
    fill,
    answer: {
      connection,
      now: NOW,
      nameId: answer.nameId ?? GENUINE_NAME_ID,
      responseId: '_response',
      assertionId: '_assertion',
      attributes: answer.attributes ?? { role_mapping: 'engineering' },
      ...(answer.sign === undefined ? {} : { sign: answer.sign }),
      ...(answer.unsolicited === true ? {} : { inResponseTo: REQUEST_ID }),
      ...(answer.authnInstant === undefined
        ? {}
        : { authnInstant: new Date(NOW.getTime() + answer.authnInstant * 1000) }),
      signature: signatureOf(answer.signature),
      ...(answer.encrypt === undefined ? {} : { encrypt: encryptionOf(answer.encrypt) }),
      mutate: {
        assertion: changes('assertion'),
        plaintext: changes('plaintext'),
        response: changes('response'),
        signed: changes('signed'),
      },
    },
  };
}

function signatureOf(signature: NonNullable<AttackCase['answer']>['signature'] = {}): Partial<SignOptions> {
  const { key, ...options } = signature;
  return { ...options, ...(key === undefined ? {} : { key: KEYS[key] }) };
}

function encryptionOf({ to = 'sp', contentKeyBytes, ...options }: NonNullable<AttackCase['answer']>['encrypt'] & {}) {
  const contentKey = contentKeyBytes === undefined ? {} : { contentKey: Buffer.alloc(contentKeyBytes, 1) };
  return { ...options, ...contentKey, certificate: KEYS[to].certificate };
}

/** Replaces the one place that must be there. */
export function replaceOnce(text: string, find: string, put: string): string {
  const at = text.indexOf(find);
  if (at < 0) throw new Error(`The document does not hold ${find}`);
  return text.slice(0, at) + put + text.slice(at + find.length);
}
