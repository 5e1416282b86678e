import { parseIdpMetadata, SamlError } from '../index.ts';
import {
  TEST_EC_KEY,
  TEST_ED25519_KEY,
  TEST_EXPIRED_KEY,
  TEST_IDP_KEY,
  TEST_OTHER_KEY,
  TEST_WEAK_KEY,
  TestIdp,
} from '../testing/index.ts';

const NOW = new Date('2026-03-01T12:00:00Z');
const idp = new TestIdp();
const xml = idp.metadata();

const base64 = (pem: string) => pem.replace(/-----[^-]+-----|\s/g, '');
const keyDescriptor = (pem: string, use = '') =>
  `<md:KeyDescriptor${use}><ds:KeyInfo><ds:X509Data><ds:X509Certificate>\n${base64(pem)}\n</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>`;
const withKeys = (...descriptors: string[]) =>
  xml.replace(/<md:KeyDescriptor[\s\S]*<\/md:KeyDescriptor>/, descriptors.join(''));
const withSsoUrl = (url: string) => xml.replace('https://idp.example/sso', url);
const entity = (entityId: string) =>
  new TestIdp({ entityId, ssoUrl: `${entityId}/sso` }).metadata().replace(/^<\?xml[^>]*>\s*/, '');
const federation = (...entities: string[]) =>
  `<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata">${entities.join('')}</md:EntitiesDescriptor>`;

const parse = (text: string, options: { entityId?: string; allowHttp?: boolean } = {}) =>
  parseIdpMetadata(text, { now: NOW, ...options });
function refusal(text: string, options?: { entityId?: string; allowHttp?: boolean }): SamlError {
  try {
    parse(text, options);
  } catch (error) {
    if (error instanceof SamlError) return error;
    throw error;
  }
  throw new Error('The metadata was accepted.');
}

describe('parseIdpMetadata', () => {
  it('reads entity id, sign-on URL, certificate and its expiry', () => {
    expect(parse(xml)).toEqual({
      entityId: 'https://idp.example/saml',
      ssoUrl: 'https://idp.example/sso',
      signingCertificates: [TEST_IDP_KEY.certificate],
      certificatesExpire: [new Date('2036-01-01T00:00:00Z')],
      wantAuthnRequestsSigned: false,
    });
  });

  it('reads the wish for signed requests, and past comments and a byte order mark', () => {
    const text = `\uFEFF${xml.replace('WantAuthnRequestsSigned="false"', 'WantAuthnRequestsSigned="1"').replace('<md:IDP', '<!-- ours --><md:IDP')}`;
    expect(parse(text).wantAuthnRequestsSigned).toBe(true);
  });

  describe('keys', () => {
    it('takes every signing key once, with or without use, and no encryption key', () => {
      const text = withKeys(
        keyDescriptor(TEST_IDP_KEY.certificate, ' use="signing"'),
        keyDescriptor(TEST_OTHER_KEY.certificate),
        keyDescriptor(TEST_IDP_KEY.certificate),
        keyDescriptor(TEST_WEAK_KEY.certificate, ' use="encryption"'),
      );
      expect(parse(text).signingCertificates).toEqual([TEST_IDP_KEY.certificate, TEST_OTHER_KEY.certificate]);
    });

    it('takes an expired certificate and says when it ended', () => {
      const { signingCertificates, certificatesExpire } = parse(withKeys(keyDescriptor(TEST_EXPIRED_KEY.certificate)));
      expect(signingCertificates).toEqual([TEST_EXPIRED_KEY.certificate]);
      expect(certificatesExpire).toEqual([new Date('2021-01-01T00:00:00Z')]);
    });

    it('takes elliptic curve keys on P-256 (RFC 9231 2.3.6)', () => {
      const { signingCertificates } = parse(withKeys(keyDescriptor(TEST_EC_KEY.certificate)));
      expect(signingCertificates).toEqual([TEST_EC_KEY.certificate]);
    });

    it.each([
      ['metadata_no_signing_certificate', withKeys()],
      ['metadata_no_signing_certificate', withKeys(keyDescriptor(TEST_IDP_KEY.certificate, ' use="encryption"'))],
      ['metadata_key_too_weak', withKeys(keyDescriptor(TEST_WEAK_KEY.certificate))],
      ['metadata_key_unsupported', withKeys(keyDescriptor(TEST_ED25519_KEY.certificate))],
      ['metadata_certificate_invalid', withKeys(keyDescriptor('AAAA'))],
    ])('refuses %s', (code, text) => {
      expect(refusal(text).code).toBe(code);
    });
  });

  describe('entities', () => {
    const two = federation(entity('https://one.example'), entity('https://two.example'));

    it('picks the configured one, never the first', () => {
      expect(parse(two, { entityId: 'https://two.example' }).ssoUrl).toBe('https://two.example/sso');
    });

    it('takes the only one, also from nested groups', () => {
      expect(parse(federation(federation(entity('https://one.example')))).entityId).toBe('https://one.example');
    });

    it('names what is there when nothing was configured, or something else', () => {
      const several = refusal(two);
      expect([several.code, several.detail.got]).toEqual([
        'metadata_several_entities',
        'https://one.example https://two.example',
      ]);
      const other = refusal(two, { entityId: 'https://three.example' });
      expect([other.code, other.detail.want]).toEqual(['metadata_entity_not_found', 'https://three.example']);
    });

    it('refuses a single document of another entity than the configured one', () => {
      expect(refusal(xml, { entityId: 'https://other.example' }).code).toBe('metadata_entity_not_found');
    });

    it.each([
      ['metadata_not_saml', '<html/>'],
      ['metadata_not_saml', xml.replaceAll('SAML:2.0:metadata', 'SAML:1.1:metadata')],
      ['metadata_no_identity_provider', xml.replaceAll('IDPSSODescriptor', 'SPSSODescriptor')],
      ['metadata_no_identity_provider', xml.replace('SAML:2.0:protocol', 'SAML:1.1:protocol')],
      ['metadata_entity_id_invalid', xml.replace('https://idp.example/saml', 'two words')],
      ['metadata_entity_id_invalid', xml.replace('https://idp.example/saml', `https://${'x'.repeat(1024)}`)],
    ])('refuses %s', (code, text) => {
      expect(refusal(text).code).toBe(code);
    });
  });

  describe('validUntil', () => {
    const until = (on: string, time: string) =>
      federation(entity('https://one.example')).replace(`<md:${on} `, `<md:${on} validUntil="${time}" `);

    it('is the earliest of the role and what holds it', () => {
      const text = until('EntitiesDescriptor', '2026-03-03T00:00:00Z').replace(
        '<md:EntityDescriptor ',
        '<md:EntityDescriptor validUntil="2026-03-02T00:00:00Z" ',
      );
      expect(parse(text).validUntil).toEqual(new Date('2026-03-02T00:00:00Z'));
    });

    it.each(['EntitiesDescriptor', 'EntityDescriptor', 'IDPSSODescriptor'])('refuses an expired %s', (on) => {
      expect(refusal(until(on, '2026-03-01T12:00:00Z')).code).toBe('metadata_expired');
    });

    it('refuses a time without zone', () => {
      expect(refusal(until('EntityDescriptor', '2027-03-01T12:00:00')).code).toBe('metadata_time_invalid');
    });
  });

  describe('sign-on URL', () => {
    it('takes http only where the caller allows it', () => {
      const text = withSsoUrl('http://localhost:4010/sso');
      expect(refusal(text).code).toBe('metadata_sso_url_invalid');
      expect(parse(text, { allowHttp: true }).ssoUrl).toBe('http://localhost:4010/sso');
    });

    it.each([
      'javascript:alert(1)',
      'data:text/html,x',
      'https://user:secret@idp.example/sso',
      'https://idp.example/#x',
      '/sso',
      `https://idp.example/${'x'.repeat(2048)}`,
    ])('refuses %.40s, also where http is allowed', (url) => {
      expect(refusal(withSsoUrl(url), { allowHttp: true }).code).toBe('metadata_sso_url_invalid');
    });

    it('needs the HTTP-Redirect or the HTTP-POST binding', () => {
      expect(refusal(xml.replace('HTTP-Redirect', 'SOAP'))).toMatchObject({
        code: 'metadata_no_redirect_endpoint',
        detail: { got: 'urn:oasis:names:tc:SAML:2.0:bindings:SOAP' },
      });
    });

    it('is that for HTTP-POST of an IdP that has no other', () => {
      expect(parse(xml.replace('HTTP-Redirect', 'HTTP-POST'))).toMatchObject({
        ssoUrl: 'https://idp.example/sso',
        ssoPostUrl: 'https://idp.example/sso',
        ssoByPostOnly: true,
      });
    });

    it('keeps both bindings, and passes over one that a browser must not be sent to', () => {
      const both = (post: string) =>
        parse(new TestIdp({ ssoUrl: 'https://idp.example/sso', ssoPostUrl: post }).metadata());
      expect(both('https://idp.example/post')).toMatchObject({
        ssoUrl: 'https://idp.example/sso',
        ssoPostUrl: 'https://idp.example/post',
      });
      expect(both('https://idp.example/post').ssoByPostOnly).toBeUndefined();
      expect(both('javascript:alert(1)').ssoPostUrl).toBeUndefined();
    });
  });

  it.each([
    [
      'xml_doctype',
      `<!DOCTYPE md:EntityDescriptor [<!ENTITY x SYSTEM "file:///etc/passwd">]>${xml.replace(/^<\?xml[^>]*>/, '')}`,
    ],
    ['xml_malformed', xml.slice(0, -1)],
    ['xml_processing_instruction', xml.replace('<md:IDP', '<?x y?><md:IDP')],
    ['xml_too_many_elements', federation('<md:Extensions/>'.repeat(20_000))],
    ['metadata_too_large', xml + ' '.repeat(1024 * 1024)],
  ])('refuses %s', (code, text) => {
    expect(refusal(text).code).toBe(code);
  });
});

describe('the SingleLogoutService', () => {
  const REDIRECT = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect';
  const POST = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST';
  const service = (binding: string, location: string, more = '') =>
    `<md:SingleLogoutService Binding="${binding}" Location="${location}"${more}/>`;
  const read = (services: string, allowHttp = false) =>
    parseIdpMetadata(new TestIdp().metadata().replace('</md:IDPSSODescriptor>', `${services}</md:IDPSSODescriptor>`), {
      now: new Date('2026-03-01T12:00:00Z'),
      allowHttp,
    }).singleLogout;

  it('is read by redirect before POST, with its response location', () => {
    const post = service(POST, 'https://idp.example/post');
    const redirect = service(REDIRECT, 'https://idp.example/slo', ' ResponseLocation="https://idp.example/done"');
    expect(read(post + redirect)).toEqual({
      binding: 'redirect',
      url: 'https://idp.example/slo',
      responseUrl: 'https://idp.example/done',
    });
    expect(read(post)).toEqual({
      binding: 'post',
      url: 'https://idp.example/post',
      responseUrl: 'https://idp.example/post',
    });
  });

  it.each([
    ['there is none', ''],
    ['its binding is another', service('urn:oasis:names:tc:SAML:2.0:bindings:SOAP', 'https://idp.example/soap')],
    ['it would run a script', service(REDIRECT, 'javascript:alert(1)')],
    ['it is not https', service(REDIRECT, 'http://idp.example/slo')],
    ['its answers would go elsewhere', service(REDIRECT, 'https://idp.example/', ' ResponseLocation="javascript:1"')],
  ])('is not offered when %s', (_, services) => {
    expect(read(services)).toBeUndefined();
  });

  it('may be http where the caller allows it', () => {
    expect(read(service(REDIRECT, 'http://localhost:4010/slo'), true)).toMatchObject({
      url: 'http://localhost:4010/slo',
    });
  });
});
