import { SaxesParser } from 'saxes';

import { serviceProviderMetadata, type SamlConnection } from '../index.ts';
import { TEST_OTHER_KEY, TEST_SP_KEY, TEST_SP_NEXT_KEY } from '../testing/index.ts';

const connection: SamlConnection = {
  id: 'org/okta',
  spEntityId: 'https://login.example/saml/acme/okta/metadata',
  acsUrl: 'https://login.example/saml/acme/okta/acs?a=1&b=2',
  idp: {
    entityId: 'urn:idp',
    ssoUrl: 'https://idp.example/sso',
    signingCertificates: ['unused'],
    wantAuthnRequestsSigned: false,
  },
  forceAuthn: false,
};

function elements(xml: string): Record<string, Record<string, string>> {
  const found: Record<string, Record<string, string>> = {};
  const parser = new SaxesParser();
  parser.on('opentag', ({ name, attributes }) => {
    found[name] = attributes;
  });
  parser.write(xml).close();
  return found;
}

describe('serviceProviderMetadata', () => {
  it('names the entity id and the assertion consumer service, and asks for signed assertions', () => {
    const { EntityDescriptor, SPSSODescriptor, AssertionConsumerService, NameIDFormat } = elements(
      serviceProviderMetadata(connection),
    );
    expect(EntityDescriptor).toMatchObject({ entityID: connection.spEntityId });
    expect(SPSSODescriptor).toMatchObject({ AuthnRequestsSigned: 'false', WantAssertionsSigned: 'true' });
    expect(AssertionConsumerService).toMatchObject({
      Binding: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST',
      Location: connection.acsUrl,
    });
    expect(NameIDFormat).toBeUndefined();
  });

  it('publishes the certificate when requests are signed, never the key', () => {
    const xml = serviceProviderMetadata({ ...connection, signing: TEST_OTHER_KEY });
    expect(elements(xml).SPSSODescriptor).toMatchObject({ AuthnRequestsSigned: 'true' });
    expect(xml.replace(/\s/g, '')).toContain(TEST_OTHER_KEY.certificate.replace(/-----[^-]+-----|\s/g, ''));
    expect(xml).not.toContain('PRIVATE');
  });

  it('names the single logout service, for both bindings, before the assertion consumer service', () => {
    const sloUrl = 'https://login.example/saml/acme/okta/slo?a=1&b=2';
    const xml = serviceProviderMetadata({ ...connection, sloUrl, signing: TEST_OTHER_KEY });
    const services = [...xml.matchAll(/<SingleLogoutService Binding="([^"]+)" Location="([^"]+)"\/>/g)];
    expect(services.map(([, binding, location]) => [binding, location])).toEqual([
      ['urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect', sloUrl.replace('&', '&amp;')],
      ['urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST', sloUrl.replace('&', '&amp;')],
    ]);
    expect(Object.keys(elements(xml)).join(' ')).toContain('SingleLogoutService AssertionConsumerService');
    expect(serviceProviderMetadata(connection)).not.toContain('SingleLogoutService');
  });

  it('publishes every key that it is given, by use and in this order, with the algorithms that open', () => {
    const published = [
      { use: 'signing', certificate: TEST_OTHER_KEY.certificate },
      { use: 'signing', certificate: TEST_SP_NEXT_KEY.certificate },
      { use: 'encryption', certificate: TEST_SP_KEY.certificate },
    ] as const;
    const xml = serviceProviderMetadata({ ...connection, signing: TEST_OTHER_KEY, published });
    const base64 = (certificate: string) => certificate.replace(/-----[^-]+-----|\s/g, '');
    const described = [...xml.matchAll(/<KeyDescriptor use="(\w+)">.*?<ds:X509Certificate>([^<]+)</g)];
    expect(described.map(([, use, certificate]) => [use, certificate])).toEqual(
      published.map(({ use, certificate }) => [use, base64(certificate)]),
    );
    expect([...xml.matchAll(/EncryptionMethod Algorithm="([^"]+)"/g)].map(([, uri]) => uri)).toEqual([
      'http://www.w3.org/2009/xmlenc11#aes128-gcm',
      'http://www.w3.org/2009/xmlenc11#aes256-gcm',
      'http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p',
      'http://www.w3.org/2009/xmlenc11#rsa-oaep',
    ]);
  });

  it('gives the same text for the same connection', () => {
    expect(serviceProviderMetadata(connection)).toBe(serviceProviderMetadata({ ...connection }));
  });
});
