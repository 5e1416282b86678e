import fc from 'fast-check';

import { parseIdpMetadata, SamlError, verifyResponse, type SamlConnection } from '../index.ts';
import { TestIdp } from '../testing/index.ts';

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

/** Places where XML means something, and pieces that might change what it means. */
const piece = fc.oneof(
  { weight: 2, arbitrary: fc.string({ maxLength: 4 }) },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      '<',
      '>',
      '/>',
      '"',
      '&',
      '<!---->',
      '<?x?>',
      '<![CDATA[',
      ']]>',
      '&#x65;',
      ' ID="_a"',
      ' xmlns="urn:x"',
      '\r\n',
      '\u202e',
      '<x/>',
    ),
  },
);
const tampering = fc.record({
  message: fc.constantFrom(...genuine),
  cuts: fc.array(fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), remove: fc.nat(30), put: piece }), {
    minLength: 1,
    maxLength: 3,
  }),
});
/** Moves a slice of the message elsewhere: wrapping attacks by chance. */
const moving = fc.record({
  message: fc.constantFrom(...genuine),
  from: fc.nat(200),
  length: fc.integer({ min: 1, max: 12 }),
  to: fc.nat(200),
  copy: fc.boolean(),
});

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

  it('is refused or unchanged in meaning after cuts and insertions', async () => {
    const law = fc.assert(
      fc.asyncProperty(tampering, ({ message, cuts }) => {
        const tampered = cuts.reduce((xml, { at, remove, put }) => {
          const index = Math.floor(at * xml.length);
          return xml.slice(0, index) + put + xml.slice(index + remove);
        }, message);
        return expectRefusedOrIdentical(tampered);
      }),
      { numRuns: 400 },
    );
    await expect(law).resolves.toBeUndefined();
  });

  it('is refused or unchanged in meaning after a flipped byte', async () => {
    const law = fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...genuine),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 1, max: 255 }),
        (message, at, mask) => {
          const bytes = Buffer.from(message);
          const index = Math.min(bytes.length - 1, Math.floor(at * bytes.length));
          bytes.writeUInt8(bytes.readUInt8(index) ^ mask, index);
          return expectRefusedOrIdentical(bytes);
        },
      ),
      { numRuns: 200 },
    );
    await expect(law).resolves.toBeUndefined();
  });

  it('is refused or unchanged in meaning after tags were moved or copied', async () => {
    const law = fc.assert(
      fc.asyncProperty(moving, ({ message, from, length, to, copy }) => {
        const tags = message.split(/(?<=>)/);
        const slice = tags.slice(from % tags.length, (from % tags.length) + length);
        const rest = copy
          ? tags
          : tags.filter((_tag, index) => index < from % tags.length || index >= (from % tags.length) + length);
        const at = to % (rest.length + 1);
        return expectRefusedOrIdentical([...rest.slice(0, at), ...slice, ...rest.slice(at)].join(''));
      }),
      { numRuns: 300 },
    );
    await expect(law).resolves.toBeUndefined();
  });
});
