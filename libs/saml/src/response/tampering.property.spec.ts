import fc from 'fast-check';

import { parseIdpMetadata, SamlError, verifyResponse, type SamlConnection } from '../index.ts';
import { TestIdp } from '../testing/index.ts';
import { cutting, flipping, moving, respelling } from '../testing/mutate-response.ts';

/*
 * The one law of a verifier: whatever is done to a signed message on its way, it is refused, or it still says what the
 * IdP signed.
 */

const NOW = new Date('2026-03-01T12:00:00Z');
const idp = new TestIdp();
const connection: SamlConnection = {
  id: 'org/okta',
  spEntityId: 'https://login.example/saml/acme/okta/metadata',
  acsUrl: 'https://login.example/saml/acme/okta/acs',
  idp: parseIdpMetadata(idp.metadata(), { now: NOW }),
  forceAuthn: false,
};
const genuine = (['assertion', 'response', 'both'] as const).map((sign) =>
  idp.respondXml({
    connection,
    inResponseTo: '_request',
    assertionId: '_a',
    nameId: 'eve@acme.com',
    attributes: { groups: ['a', 'b'] },
    now: NOW,
    sign,
  }),
);

async function expectRefusedOrIdentical(xml: string | Buffer): Promise<void> {
  const unverifiedResponse = Buffer.from(xml as string).toString('base64');
  const outcome = await verifyResponse({ unverifiedResponse, connection, now: NOW }).catch((error: unknown) => error);
  const said = outcome instanceof SamlError ? 'refused' : outcome;
  expect(['refused', expect.objectContaining(IDENTITY)]).toContainEqual(said);
}

const IDENTITY = {
  assertionId: '_a',
  issuer: idp.entityId,
  nameId: { value: 'eve@acme.com', format: 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress' },
  attributes: new Map([['groups', ['a', 'b']]]),
  inResponseTo: '_request',
};

describe('a tampered response', () => {
  it('says what was signed when nothing was done to it', async () => {
    for (const xml of genuine) {
      const unverifiedResponse = Buffer.from(xml).toString('base64');
      await expect(verifyResponse({ unverifiedResponse, connection, now: NOW })).resolves.toMatchObject(IDENTITY);
    }
  });

  it.each([
    ['cuts and insertions', cutting, 400],
    ['a flipped byte', flipping, 200],
    ['tags were moved or copied', moving, 300],
    ['another spelling', respelling, 300],
  ] as const)('is refused or unchanged in meaning after %s', async (_what, mutations, numRuns) => {
    const law = fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...genuine),
        mutations as fc.Arbitrary<(xml: string) => string | Buffer>,
        (message, mutate) => expectRefusedOrIdentical(mutate(message)),
      ),
      { numRuns },
    );
    await expect(law).resolves.toBeUndefined();
  });
});
