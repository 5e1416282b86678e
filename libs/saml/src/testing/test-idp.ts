import { randomBytes } from 'node:crypto';

import type { SigningKey } from '../connection.ts';
import { BINDING, NS } from '../xml/namespaces.ts';
import { escapeXml } from '../xml/escape-xml.ts';
import { encryptXml, type EncryptOptions } from './encrypt-xml.ts';
import { fillTemplate } from './fill-template.ts';
import { ASSERTION_TEMPLATE, RESPONSE_TEMPLATE } from './response-template.ts';
import { signXml, type SignOptions } from './sign-xml.ts';
import { TEST_IDP_KEY } from './test-keys.ts';

/** What a TestIdp answers, and the places where a case spoils it. */
export interface TestResponse {
  /** The service provider that the answer is for; a SamlConnection is one. */
  readonly connection: { readonly spEntityId: string; readonly acsUrl: string };
  /** The AuthnRequest's id; absent = unsolicited. */
  readonly inResponseTo?: string;
  readonly nameId: string;
  readonly nameIdFormat?: string;
  readonly attributes?: Readonly<Record<string, string | readonly string[]>>;
  readonly now: Date;
  /** Default: assertion. */
  readonly sign?: 'assertion' | 'response' | 'both' | 'none';
  /** Encrypts the (signed) Assertion. */
  readonly encrypt?: EncryptOptions;
  readonly sessionIndex?: string;
  readonly authnInstant?: Date;
  readonly assertionId?: string;
  readonly responseId?: string;
  /** Another signature than RSA-SHA256 by the IdP's key. */
  readonly signature?: Partial<SignOptions>;
  /** Other XML, with the same `{placeholders}`. */
  readonly template?: { readonly response?: string; readonly assertion?: string };
  /**
   * Changes on the way: to the unsigned Assertion, to the signed one before it is encrypted, to the Response that holds it,
   * to the finished text.
   */
  readonly mutate?: {
    readonly assertion?: (xml: string) => string;
    readonly plaintext?: (xml: string) => string;
    readonly response?: (xml: string) => string;
    readonly signed?: (xml: string) => string;
  };
}

export interface TestIdpOptions {
  readonly entityId?: string;
  readonly ssoUrl?: string;
  /** Default: HTTP-Redirect alone. */
  readonly ssoPostUrl?: string;
  readonly key?: SigningKey;
  /** Default: no single logout. */
  readonly sloUrl?: string;
  readonly sloBinding?: 'redirect' | 'post';
}

/** TEST ONLY. A SAML IdP in memory: metadata and signed answers, for tests, benchmarks and the attack catalogue. */
export class TestIdp {
  readonly entityId: string;
  readonly ssoUrl: string;
  readonly ssoPostUrl: string | undefined;
  readonly key: SigningKey;
  /** Its SingleLogoutService, if it has one. */
  readonly sloUrl: string | undefined;
  private readonly sloBinding: 'redirect' | 'post';

  constructor({
    entityId = 'https://idp.example/saml',
    ssoUrl = 'https://idp.example/sso',
    ssoPostUrl,
    key = TEST_IDP_KEY,
    sloUrl,
    sloBinding = 'redirect',
  }: TestIdpOptions = {}) {
    this.entityId = entityId;
    this.ssoUrl = ssoUrl;
    this.ssoPostUrl = ssoPostUrl;
    this.key = key;
    this.sloUrl = sloUrl;
    this.sloBinding = sloBinding;
  }

  /** Metadata with one HTTP-Redirect endpoint, perhaps one for single logout, and the certificates of these keys for signing; default: its own. */
  metadata(keys: readonly Pick<SigningKey, 'certificate'>[] = [this.key]): string {
    const descriptors = keys.map(({ certificate }) => {
      const base64 = certificate.replace(/-----[^-]+-----|\s/g, '');
      return `<md:KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>${base64}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>`;
    });
    const singleLogout =
      this.sloUrl === undefined
        ? ''
        : `<md:SingleLogoutService Binding="${BINDING[this.sloBinding]}" Location="${escapeXml(this.sloUrl)}"/>`;
    const byPost =
      this.ssoPostUrl === undefined
        ? ''
        : `<md:SingleSignOnService Binding="${BINDING.post}" Location="${escapeXml(this.ssoPostUrl)}"/>`;
    return `<?xml version="1.0" encoding="UTF-8"?>
<md:EntityDescriptor xmlns:md="${NS.metadata}" xmlns:ds="${NS.signature}" entityID="${escapeXml(this.entityId)}">
  <md:IDPSSODescriptor WantAuthnRequestsSigned="false" protocolSupportEnumeration="${NS.protocol}">
    ${descriptors.join('\n    ')}
    <md:SingleSignOnService Binding="${BINDING.redirect}" Location="${escapeXml(this.ssoUrl)}"/>${byPost}${singleLogout}
  </md:IDPSSODescriptor>
</md:EntityDescriptor>`;
  }

  /** The form field SAMLResponse: `respondXml` in base64. */
  respond(answer: TestResponse): string {
    return Buffer.from(this.respondXml(answer)).toString('base64');
  }

  /** A Response with one Assertion, signed as asked. */
  respondXml(answer: TestResponse): string {
    const { sign = 'assertion', mutate = {}, template = {}, now } = answer;
    const signature: SignOptions = { key: this.key, ...answer.signature };
    const values = this.values(answer);
    const assertion = through(mutate.assertion, fillTemplate(template.assertion ?? ASSERTION_TEMPLATE, values, now));
    const signedAssertion = sign === 'assertion' || sign === 'both' ? signXml(assertion, signature) : assertion;
    const filled = fillTemplate(
      template.response ?? RESPONSE_TEMPLATE,
      { ...values, assertion: { xml: encrypted(through(mutate.plaintext, signedAssertion), answer.encrypt) } },
      now,
    );
    const response = through(mutate.response, filled);
    return through(mutate.signed, sign === 'response' || sign === 'both' ? signXml(response, signature) : response);
  }

  private values(answer: TestResponse): Record<string, string | { xml: string }> {
    const { connection, inResponseTo, attributes = {}, now } = answer;
    return {
      acsUrl: connection.acsUrl,
      spEntityId: connection.spEntityId,
      idp: this.entityId,
      requestId: inResponseTo ?? '',
      inResponseTo: { xml: inResponseTo === undefined ? '' : ` InResponseTo="${escapeXml(inResponseTo)}"` },
      responseId: answer.responseId ?? `_r${randomBytes(16).toString('hex')}`,
      assertionId: answer.assertionId ?? `_a${randomBytes(16).toString('hex')}`,
      nameId: answer.nameId,
      nameIdFormat: answer.nameIdFormat ?? 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress',
      sessionIndex: answer.sessionIndex ?? '_session',
      authnInstant: (answer.authnInstant ?? now).toISOString(),
      attributes: { xml: attributeStatement(attributes) },
    };
  }
}

function through(change: ((xml: string) => string) | undefined, xml: string): string {
  return change === undefined ? xml : change(xml);
}

function encrypted(xml: string, options: EncryptOptions | undefined): string {
  return options === undefined ? xml : encryptXml(xml, options);
}

function attributeStatement(attributes: Readonly<Record<string, string | readonly string[]>>): string {
  const one = ([name, values]: [string, string | readonly string[]]) =>
    `<saml:Attribute Name="${escapeXml(name)}">${[values].flat().map(attributeValue).join('')}</saml:Attribute>`;
  const all = Object.entries(attributes).map(one).join('');
  return all === '' ? '' : `<saml:AttributeStatement>${all}</saml:AttributeStatement>`;
}

function attributeValue(value: string): string {
  return `<saml:AttributeValue xsi:type="xs:string">${escapeXml(value)}</saml:AttributeValue>`;
}
