import { createVerify, X509Certificate } from 'node:crypto';
import { inflateRawSync } from 'node:zlib';

import { SignedXml } from 'xml-crypto';

import { createAuthnRequest, createSigningKey, issuedAt, type SamlConnection } from '../index.ts';
import { wantsFreshSignIn } from './request-id.ts';
import { TEST_IDP_KEY, TEST_OTHER_KEY } from '../testing/index.ts';

const NOW = new Date('2026-03-01T12:00:00.123Z');
const connection: SamlConnection = {
  id: 'org/okta',
  spEntityId: 'https://login.example/saml/acme/okta/metadata',
  acsUrl: 'https://login.example/saml/acme/okta/acs',
  idp: {
    entityId: 'https://idp.example/saml',
    ssoUrl: 'https://idp.example/sso?app=1',
    signingCertificates: [TEST_IDP_KEY.certificate],
    wantAuthnRequestsSigned: false,
  },
  forceAuthn: false,
};

async function request(changed: Partial<SamlConnection> = {}, relayState?: string) {
  const { id, url } = createAuthnRequest(
    { ...connection, ...changed },
    { now: NOW, ...(relayState === undefined ? {} : { relayState }) },
  );
  const { searchParams, origin, pathname } = new URL(url);
  const xml = inflateRawSync(Buffer.from(searchParams.get('SAMLRequest') ?? '', 'base64')).toString();
  return { id, url, origin, pathname, searchParams, xml };
}

describe('createAuthnRequest', () => {
  it('asks at the sign-on URL for an answer to this connection, as of the given time', async () => {
    const { id, origin, pathname, searchParams, xml } = await request({}, 'handle');
    expect([origin, pathname, searchParams.get('app'), searchParams.get('RelayState')]).toEqual([
      'https://idp.example',
      '/sso',
      '1',
      'handle',
    ]);
    expect(xml).toContain(` ID="${id}" Version="2.0" IssueInstant="2026-03-01T12:00:00.123Z"`);
    expect(xml).toContain(` Destination="https://idp.example/sso?app=1"`);
    expect(xml).toContain(` AssertionConsumerServiceURL="${connection.acsUrl}"`);
    expect(xml).toContain(`>${connection.spEntityId}</saml:Issuer>`);
  });

  it('asks for no NameID format, no authentication context and no new sign-in by itself', async () => {
    const { xml, searchParams } = await request();
    expect(xml).not.toMatch(/ Format=|RequestedAuthnContext|ForceAuthn|IsPassive/);
    expect([...searchParams.keys()].sort()).toEqual(['SAMLRequest', 'app']);
  });

  it('asks for a new sign-in and for contexts when the connection does', async () => {
    const { xml } = await request({ forceAuthn: true, authnContexts: ['urn:strong'] });
    expect(xml).toContain(' ForceAuthn="true"');
    expect(xml).toMatch(
      /RequestedAuthnContext[^>]* Comparison="exact"[^>]*><saml:AuthnContextClassRef[^>]*>urn:strong</,
    );
  });

  it('signs the query by RSA-SHA256 with the key of the connection', async () => {
    const { url, searchParams } = await request({ signing: TEST_OTHER_KEY }, 'handle');
    expect(searchParams.get('SigAlg')).toBe('http://www.w3.org/2001/04/xmldsig-more#rsa-sha256');
    const signed = ['SAMLRequest', 'RelayState', 'SigAlg']
      .map((name) => `${name}=${encodeURIComponent(searchParams.get(name) ?? '')}`)
      .join('&');
    const verifier = createVerify('RSA-SHA256').update(signed);
    expect(
      verifier.verify(
        new X509Certificate(TEST_OTHER_KEY.certificate).publicKey,
        searchParams.get('Signature') ?? '',
        'base64',
      ),
    ).toBe(true);
    expect(url).not.toContain('PRIVATE');
  });

  it('refuses a RelayState that IdPs cut', async () => {
    await expect(request({}, 'ä'.repeat(40))).resolves.toBeDefined();
    await expect(request({}, `${'ä'.repeat(40)}x`)).rejects.toMatchObject({ code: 'relay_state_too_long' });
  });
});

describe('createAuthnRequest by HTTP-POST', () => {
  const POST_URL = 'https://idp.example/post?app=1&x=<';
  const byPost = { requestBinding: 'post', idp: { ...connection.idp, ssoPostUrl: POST_URL } } as const;
  async function form(changed: Partial<SamlConnection> = {}, relayState?: string) {
    const made = createAuthnRequest(
      { ...connection, ...byPost, ...changed },
      { now: NOW, ...(relayState === undefined ? {} : { relayState }) },
    );
    if (made.binding !== 'post') throw new Error('not by POST');
    return { ...made, xml: Buffer.from(made.fields['SAMLRequest'] ?? '', 'base64').toString() };
  }

  it('makes a form to the HTTP-POST endpoint with the same request', async () => {
    const { id, url, fields, xml } = await form({ forceAuthn: true }, 'handle');
    expect(url).toBe(POST_URL);
    expect(fields).toEqual({ SAMLRequest: expect.any(String), RelayState: 'handle' });
    expect(xml).toContain(` ID="${id}" Version="2.0" IssueInstant="2026-03-01T12:00:00.123Z"`);
    expect(xml).toContain(' Destination="https://idp.example/post?app=1&amp;x=&lt;"');
    expect(xml).toContain(` AssertionConsumerServiceURL="${connection.acsUrl}"`);
    expect(xml).toContain(' ForceAuthn="true"');
    expect(xml).not.toContain('Signature');
    expect(Object.keys((await form()).fields)).toEqual(['SAMLRequest']);
  });

  it('signs the message itself, enveloped, so that another library verifies it', async () => {
    const { id, xml } = await form({ signing: TEST_OTHER_KEY });
    const signature = /<ds:Signature [^]*<\/ds:Signature>/.exec(xml)?.[0] ?? '';
    const verifies = (text: string) => {
      const verifier = new SignedXml({ publicCert: TEST_OTHER_KEY.certificate });
      verifier.loadSignature(signature);
      return verifier.checkSignature(text) && verifier.getSignedReferences().length === 1;
    };
    expect(verifies(xml)).toBe(true);
    expect(verifies(xml.replace(connection.acsUrl, 'https://evil.example/acs'))).toBe(false);
    expect(signature).toContain(`URI="#${id}"`);
    expect(xml).toMatch(/<\/saml:Issuer><ds:Signature /);
    expect(xml).not.toContain('PRIVATE');
  });

  it('is how an identity provider without HTTP-Redirect is asked, whatever the connection says', async () => {
    const postOnly = { ...connection.idp, ssoUrl: POST_URL, ssoPostUrl: POST_URL, ssoByPostOnly: true } as const;
    expect((await form({ requestBinding: 'redirect', idp: postOnly })).url).toBe(POST_URL);
  });

  it('is refused where the identity provider has no such endpoint, and where it is none for a browser', async () => {
    await expect(form({ idp: connection.idp })).rejects.toMatchObject({ code: 'metadata_no_post_endpoint' });
    const script = { ...connection.idp, ssoPostUrl: 'javascript:alert(1)' };
    await expect(form({ idp: script })).rejects.toMatchObject({ code: 'metadata_sso_url_invalid' });
    await expect(form({}, 'x'.repeat(81))).rejects.toMatchObject({ code: 'relay_state_too_long' });
  });
});

describe('request ids', () => {
  it('tell when they were made and never repeat', async () => {
    const ids = await Promise.all(Array.from({ length: 5 }, async () => (await request()).id));
    expect(new Set(ids).size).toBe(5);
    expect(ids.map((id) => issuedAt(id))).toEqual(ids.map(() => NOW));
    expect(ids.every((id) => /^_[0-9a-f]{12}[0-9a-f]{64}$/.test(id))).toBe(true);
  });

  it('tell whether the sign-in must be new', () => {
    const { id } = createAuthnRequest(connection, { now: NOW, fresh: true });
    expect([issuedAt(id), wantsFreshSignIn(id)]).toEqual([NOW, true]);
    const ordinary = createAuthnRequest(connection, { now: NOW }).id;
    expect([ordinary, id.replace('_r', '_'), '_r', ''].map(wantsFreshSignIn)).toEqual(Array(4).fill(false));
  });

  it('of another form tell nothing', () => {
    expect(['_x', '', `_${'0'.repeat(75)}`, `_${'0'.repeat(77)}`, `_${'G'.repeat(76)}`].map(issuedAt)).toEqual(
      Array(5).fill(undefined),
    );
  });
});

describe('createSigningKey', () => {
  it('makes an RSA-2048 key with a self-signed SHA-256 certificate for ten years', async () => {
    const now = new Date('2026-03-01T12:00:00Z');
    const { privateKey, certificate } = await createSigningKey({ commonName: 'Rolecall, acme "okta"', now });
    const parsed = new X509Certificate(certificate);
    expect(parsed.publicKey.asymmetricKeyDetails?.modulusLength).toBe(2048);
    expect(parsed.verify(parsed.publicKey)).toBe(true);
    expect([parsed.validFromDate, parsed.validToDate]).toEqual([now, new Date('2036-03-01T12:00:00Z')]);
    expect(parsed.toLegacyObject().subject).toEqual({ CN: 'Rolecall, acme "okta"' });
    const { xml } = await request({ signing: { privateKey, certificate } });
    expect(xml).toContain('AuthnRequest');
  });
});
