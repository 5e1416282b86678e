import { inflateRawSync } from 'node:zlib';

import type { SamlConnection } from '../connection.ts';
import { parseIdpMetadata } from '../metadata/parse-idp-metadata.ts';
import { TEST_IDP_KEY, TEST_OTHER_KEY, TestIdp } from '../testing/index.ts';
import { createLogoutRequest, createLogoutResponse, offersSingleLogout } from './create-logout-message.ts';
import type { OutgoingMessage } from '../outgoing-message.ts';
import { verifyLogoutMessage } from './verify-logout-message.ts';

const now = new Date('2026-03-01T12:00:00Z');
const SLO = 'https://idp.example/slo?tenant=a&SAMLRequest=old';
const EMAIL = 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress';
const eve = { nameId: { value: 'eve+<1>@acme.com', format: EMAIL }, sessionIndex: '_s"&1' };

function connection(sloBinding: 'redirect' | 'post' = 'redirect'): SamlConnection {
  return {
    id: 'org/okta',
    spEntityId: 'https://login.example/saml/acme/okta/metadata',
    acsUrl: 'https://login.example/saml/acme/okta/acs',
    sloUrl: 'https://login.example/saml/acme/okta/slo',
    forceAuthn: false,
    signing: TEST_OTHER_KEY,
    idp: parseIdpMetadata(new TestIdp({ sloUrl: SLO, sloBinding }).metadata(), { now }),
  };
}

/** Reads a message of ours as the IdP would: by our own verifier with the sides changed. */
function readBy(idp: SamlConnection, message: OutgoingMessage, destination: string) {
  const theirs: SamlConnection = {
    ...idp,
    sloUrl: destination,
    idp: { ...idp.idp, entityId: idp.spEntityId, signingCertificates: [TEST_OTHER_KEY.certificate] },
  };
  const { search } = new URL(message.url);
  const asked = search.slice(search.indexOf('SAML'));
  const request =
    message.binding === 'redirect'
      ? { method: 'GET', url: `/slo?${asked}`, headers: {} }
      : {
          method: 'POST',
          url: '/slo',
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
          body: message.fields,
        };
  return verifyLogoutMessage({ request, connection: theirs, now });
}

describe.each(['redirect', 'post'] as const)('a message of ours by %s', (binding) => {
  const ours = connection(binding);

  it('is a LogoutRequest that verifies, for the subject and session that the assertion named', () => {
    const { id, message } = createLogoutRequest(ours, eve, now);
    expect(id).toMatch(/^_[0-9a-f]{76}$/);
    expect(readBy(ours, message, SLO)).toMatchObject({
      is: 'request',
      requestId: id,
      nameId: eve.nameId,
      sessionIndexes: [eve.sessionIndex],
    });
  });

  it.each([true, false])('is a LogoutResponse that verifies; complete: %s', (complete) => {
    const message = createLogoutResponse(ours, { inResponseTo: '_theirs', complete, relayState: 'a&b' }, now);
    expect(readBy(ours, message, SLO)).toMatchObject({ is: 'response', inResponseTo: '_theirs', complete });
    const relayState =
      message.binding === 'post' ? message.fields['RelayState'] : parameters(message).get('RelayState');
    expect(relayState).toBe('a&b');
  });
});

it('keeps the query of the endpoint, but no SAML parameter in it', () => {
  const { message } = createLogoutRequest(connection(), eve, now);
  expect([...parameters(message).keys()]).toEqual(['tenant', 'SAMLRequest', 'SigAlg', 'Signature']);
});

it('says neither format nor session where the assertion said none', () => {
  const format = 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified';
  const subject = { nameId: { value: 'eve', format }, sessionIndex: undefined };
  const deflated = parameters(createLogoutRequest(connection(), subject, now).message).get('SAMLRequest') ?? '';
  const xml = inflateRawSync(Buffer.from(deflated, 'base64')).toString();
  expect(xml).toContain('<saml:NameID>eve</saml:NameID></samlp:LogoutRequest>');
  expect(xml).toContain(' NotOnOrAfter="2026-03-01T12:05:00.000Z"');
});

it('takes the response location of the IdP for responses only', () => {
  const singleLogout = {
    binding: 'redirect',
    url: 'https://idp.example/a',
    responseUrl: 'https://idp.example/b',
  } as const;
  const ours = { ...connection(), idp: { ...connection().idp, singleLogout } };
  expect(createLogoutRequest(ours, eve, now).message.url).toMatch(/^https:\/\/idp\.example\/a\?/);
  const response = createLogoutResponse(ours, { inResponseTo: '_1', complete: true }, now);
  expect(response.url).toMatch(/^https:\/\/idp\.example\/b\?/);
});

it.each([
  ['it is switched off', { sloUrl: undefined }, 'single_logout_off'],
  ['there is no key to sign with', { signing: undefined }, 'single_logout_off'],
  [
    'the IdP has no such service',
    { idp: { ...connection().idp, singleLogout: undefined } },
    'metadata_no_single_logout',
  ],
  [
    'its URL would run a script',
    { idp: { ...connection().idp, singleLogout: { binding: 'redirect', url: 'javascript:1', responseUrl: SLO } } },
    'metadata_no_single_logout',
  ],
])('is not made when %s', (_, changed, code) => {
  const ours = { ...connection(), ...changed } as SamlConnection;
  expect(() => createLogoutRequest(ours, eve, now)).toThrow(expect.objectContaining({ code }));
});

it('is offered when it is on at both sides and there is a key', () => {
  const ours = connection();
  const lacking = [{ sloUrl: undefined }, { signing: undefined }, { idp: { ...ours.idp, singleLogout: undefined } }];
  expect([{}, ...lacking].map((changed) => offersSingleLogout({ ...ours, ...changed }))).toEqual([
    true,
    false,
    false,
    false,
  ]);
});

it('is signed by our key, not by that of the IdP', () => {
  const ours = connection();
  const { message } = createLogoutRequest({ ...ours, signing: TEST_IDP_KEY }, eve, now);
  expect(() => readBy(ours, message, SLO)).toThrow(expect.objectContaining({ code: 'signature_invalid' }));
});

function parameters(message: OutgoingMessage): URLSearchParams {
  return new URL(message.url).searchParams;
}
