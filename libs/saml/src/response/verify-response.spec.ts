import { createAuthnRequest, parseIdpMetadata, SamlError, verifyResponse, type SamlConnection } from '../index.ts';
import { TestIdp } from '../testing/index.ts';

const NOW = new Date('2026-03-01T12:00:00Z');
const idp = new TestIdp();
const connection: SamlConnection = {
  id: 'org/okta',
  spEntityId: 'https://login.example/saml/acme/okta/metadata',
  acsUrl: 'https://login.example/saml/acme/okta/acs',
  idp: parseIdpMetadata(idp.metadata(), { now: NOW }),
  forceAuthn: false,
};
const answer = { connection, inResponseTo: '_request', nameId: 'eve@acme.com', now: NOW };

const verify = (unverifiedResponse: string, now = NOW, at = connection) =>
  verifyResponse({ unverifiedResponse, connection: at, now });

describe('verifyResponse', () => {
  it.each(['assertion', 'response', 'both'] as const)('reads every field of an answer with signed %s', async (sign) => {
    const verified = await verify(
      idp.respond({
        ...answer,
        sign,
        assertionId: '_assertion',
        sessionIndex: '_s1',
        attributes: { role_mapping: 'engineering', groups: ['a', 'b'] },
      }),
    );
    expect(verified).toEqual({
      connectionId: 'org/okta',
      assertionId: '_assertion',
      issuer: 'https://idp.example/saml',
      nameId: { value: 'eve@acme.com', format: 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress' },
      attributes: new Map([
        ['role_mapping', ['engineering']],
        ['groups', ['a', 'b']],
      ]),
      inResponseTo: '_request',
      authnInstant: NOW,
      authnContextClass: 'urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport',
      sessionIndex: '_s1',
      replayableUntil: new Date('2026-03-01T12:08:00Z'),
    });
  });

  it('goes by the clock that it is given, not by the machine', async () => {
    const inThePast = new Date('2001-01-01T00:00:00Z');
    const response = idp.respond({ ...answer, now: inThePast });
    await expect(verify(response, inThePast)).resolves.toMatchObject({ assertionId: expect.any(String) });
    await expect(verify(response, NOW)).rejects.toMatchObject({ code: 'issue_instant_too_old' });
  });

  it('answers a forced request only by a sign-in after it', async () => {
    const forced = { ...connection, forceAuthn: true };
    const { id } = createAuthnRequest(forced, { now: NOW });
    const signedInAt = (authnInstant: Date) =>
      verify(idp.respond({ ...answer, inResponseTo: id, authnInstant }), NOW, forced);
    await expect(signedInAt(NOW)).resolves.toMatchObject({ inResponseTo: id });
    await expect(signedInAt(new Date('2026-03-01T11:50:00Z'))).rejects.toMatchObject({
      code: 'reauthentication_missing',
    });
  });

  it('answers a request for a fresh sign-in so too, by what its id remembers', async () => {
    const { id } = createAuthnRequest(connection, { now: NOW, fresh: true });
    const signedInAt = (authnInstant: Date) =>
      verify(idp.respond({ ...answer, inResponseTo: id, authnInstant }), NOW, connection);
    await expect(signedInAt(NOW)).resolves.toMatchObject({ inResponseTo: id });
    await expect(signedInAt(new Date('2026-03-01T11:00:00Z'))).rejects.toMatchObject({
      code: 'reauthentication_missing',
    });
  });

  it.each([
    [
      'authn_statement_several',
      (xml: string) => xml.replace(/<saml:AuthnStatement[\s\S]*<\/saml:AuthnStatement>/, '$&$&'),
    ],
    ['authn_instant_missing', (xml: string) => xml.replace(/ AuthnInstant="[^"]*"/, '')],
    ['authn_instant_in_future', (xml: string) => xml.replace(/(AuthnInstant=")[^"]*"/, '$12026-03-01T12:03:01Z"')],
    ['attribute_name_missing', (xml: string) => xml.replace(' Name="role"', ' FriendlyName="role"')],
    ['time_invalid', (xml: string) => xml.replace(/ IssueInstant="[^"]*"/, '')],
    ['validity_too_long', (xml: string) => xml.replace(/(Data NotOnOrAfter=")[^"]*"/, '$12026-03-03T12:00:00Z"')],
    ['issuer_missing', (xml: string) => xml.replace(/<saml:Issuer>.*<\/saml:Issuer>/, '$&$&')],
    ['subject_confirmation_data_missing', (xml: string) => xml.replace(/<saml:SubjectConfirmationData.*\/>/, '$&$&')],
  ])('refuses %s', async (code, assertion) => {
    const response = idp.respond({ ...answer, attributes: { role: 'x' }, mutate: { assertion } });
    await expect(verify(response)).rejects.toMatchObject({ code });
  });

  it('quotes the message only in the detail, cut and without control characters', async () => {
    const hostile = `https://evil.example/\u202e${'x'.repeat(500)}`;
    const failure = await verify(
      idp.respond({ ...answer, mutate: { assertion: (xml) => xml.replaceAll(idp.entityId, hostile) } }),
    ).catch((error: SamlError) => error);
    expect(failure).toMatchObject({
      code: 'issuer_mismatch',
      detail: { got: expect.stringMatching(/^https:\/\/evil\.example\/\uFFFDx{1,200}…$/) },
    });
    expect((failure as SamlError).message).not.toContain('evil');
  });
});
