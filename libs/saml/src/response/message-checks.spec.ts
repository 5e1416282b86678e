import { parseIdpMetadata, type SamlConnection } from '../index.ts';
import { TestIdp } from '../testing/index.ts';
import { MESSAGE_LIMITS, parseXml } from '../xml/parse-xml.ts';
import { assertionIsTheSignedOne } from './message-checks.ts';
import { preflight } from './preflight.ts';

const now = new Date('2026-03-01T12:00:00Z');
const idp = new TestIdp();
const connection: SamlConnection = {
  id: 'org/okta',
  spEntityId: 'https://login.example/saml/acme/okta/metadata',
  acsUrl: 'https://login.example/saml/acme/okta/acs',
  idp: parseIdpMetadata(idp.metadata(), { now }),
  forceAuthn: false,
};
const { xml, response, holder } = preflight(
  idp.respondXml({ connection, inResponseTo: '_r', nameId: 'eve', assertionId: '_seen', now }),
);

const unverified = {
  xml,
  response,
  assertion: holder,
  isEncrypted: false,
  signed: { response: false, assertion: true },
};

describe('whatever verifier is used', () => {
  it.each([
    ['signature_reference_mismatch', '<Assertion xmlns="urn:oasis:names:tc:SAML:2.0:assertion" ID="_other"/>'],
    ['assertion_missing', '<Assertion xmlns="urn:other" ID="_seen"/>'],
    ['assertion_missing', '<Subject xmlns="urn:oasis:names:tc:SAML:2.0:assertion" ID="_seen"/>'],
  ])('its bytes must be the Assertion that the preflight saw: %s', (code, verified) => {
    const assertion = parseXml(verified, MESSAGE_LIMITS);
    expect(() => assertionIsTheSignedOne({ unverified, assertion, connection, now })).toThrow(
      expect.objectContaining({ code }),
    );
  });
});
