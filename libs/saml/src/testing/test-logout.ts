import { constants, sign } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';

import type { SigningKey } from '../connection.ts';
import { NS } from '../xml/namespaces.ts';
import { fillTemplate } from './fill-template.ts';
import { RSA_SHA256, signXml } from './sign-xml.ts';
import { TEST_IDP_KEY } from './test-keys.ts';

const ROOT = `xmlns:samlp="${NS.protocol}" xmlns:saml="${NS.assertion}" ID="{id}" Version="2.0" IssueInstant="{now}" Destination="{sloUrl}"`;
const ISSUER = '<saml:Issuer>{idp}</saml:Issuer>';
const TEMPLATES = {
  LogoutRequest: `<samlp:LogoutRequest ${ROOT} NotOnOrAfter="{now+300}">${ISSUER}<saml:NameID Format="{nameIdFormat}">{nameId}</saml:NameID>{sessionIndexes}</samlp:LogoutRequest>`,
  LogoutResponse: `<samlp:LogoutResponse ${ROOT} InResponseTo="{inResponseTo}">${ISSUER}<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:{status}"/></samlp:Status></samlp:LogoutResponse>`,
};

/** What a test IdP says about a sign-out, and the places where a case spoils it. */
export interface TestLogout {
  readonly says: keyof typeof TEMPLATES;
  /** The IdP's entity id. */
  readonly idp: string;
  /** Our SingleLogoutService. */
  readonly sloUrl: string;
  readonly now: Date;
  readonly id?: string;
  readonly nameId?: string;
  readonly nameIdFormat?: string;
  readonly sessionIndexes?: readonly string[];
  readonly inResponseTo?: string;
  /** Default `Success`. */
  readonly status?: string;
  readonly relayState?: string;
  /** Default: the test IdP's. */
  readonly key?: SigningKey;
  readonly algorithm?: string;
  /** Of an enveloped signature. */
  readonly canonicalization?: string;
  /** Changes before the message is signed. */
  readonly mutate?: (xml: string) => string;
  /** In which parameter; default: as the message wants it. */
  readonly parameter?: 'SAMLRequest' | 'SAMLResponse';
}

/** TEST ONLY. The message, unsigned. */
export function logoutXml(logout: TestLogout): string {
  const indexes = logout.sessionIndexes ?? [];
  const values = {
    id: logout.id ?? '_logout',
    idp: logout.idp,
    sloUrl: logout.sloUrl,
    nameId: logout.nameId ?? 'eve@acme.com',
    nameIdFormat: logout.nameIdFormat ?? 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress',
    sessionIndexes: { xml: indexes.map((each) => `<samlp:SessionIndex>${each}</samlp:SessionIndex>`).join('') },
    inResponseTo: logout.inResponseTo ?? '_request',
    status: logout.status ?? 'Success',
  };
  const xml = fillTemplate(TEMPLATES[logout.says], values, logout.now);
  return logout.mutate === undefined ? xml : logout.mutate(xml);
}

/** TEST ONLY. A signed query of the HTTP-Redirect binding; `xml` in place of the message. */
export function logoutQuery(
  logout: TestLogout,
  xml: string = logoutXml(logout),
  deflate: (xml: string) => Buffer = deflateRawSync,
): string {
  const { algorithm = RSA_SHA256, key = TEST_IDP_KEY, relayState } = logout;
  const values = [
    [parameterOf(logout), deflate(xml).toString('base64')],
    ...(relayState === undefined ? [] : [['RelayState', relayState]]),
    ['SigAlg', algorithm],
  ];
  const signed = values.map(([name = '', value = '']) => `${name}=${encodeURIComponent(value)}`).join('&');
  return `${signed}&Signature=${encodeURIComponent(signatureOf(signed, algorithm, key))}`;
}

/** TEST ONLY. A form of the HTTP-POST binding with an enveloped signature. */
export function logoutForm(logout: TestLogout, signed = true): Readonly<Record<string, string>> {
  const { algorithm = RSA_SHA256, key = TEST_IDP_KEY, relayState, canonicalization } = logout;
  const options = { key, algorithm, ...(canonicalization === undefined ? {} : { canonicalization }) };
  const xml = signed ? signXml(logoutXml(logout), options) : logoutXml(logout);
  const field = { [parameterOf(logout)]: Buffer.from(xml).toString('base64') };
  return relayState === undefined ? field : { ...field, RelayState: relayState };
}

function parameterOf({ says, parameter }: TestLogout): 'SAMLRequest' | 'SAMLResponse' {
  return parameter ?? (says === 'LogoutRequest' ? 'SAMLRequest' : 'SAMLResponse');
}

function signatureOf(signed: string, algorithm: string, { privateKey }: SigningKey): string {
  const hash = /(md5|sha1|sha256|sha384|sha512)/.exec(algorithm.split('#')[1] ?? '')?.[1] ?? 'sha256';
  const padding = algorithm.includes('MGF1')
    ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
    : {};
  return sign(hash, Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363', ...padding }).toString('base64');
}
