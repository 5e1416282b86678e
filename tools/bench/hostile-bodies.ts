// What somebody posts to an ACS who wants its CPU: the bombs of the attack catalogue (M25-M28), at about 100 kB each.
import { randomBytes } from 'node:crypto';
import type { TestIdp } from '@rolecall/saml/testing';

const BODY_BYTES = 99_000;
const XML_BYTES = Math.floor((BODY_BYTES * 3) / 4) - 600; // percent-encoded base64 is a little longer than base64

const NAMESPACES =
  'xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" xmlns:ds="http://www.w3.org/2000/09/xmldsig#"';

/** Name -> form body. `genuine` is an answer of the identity provider, to be spoiled after it was signed. */
export function hostileBodies(idp: TestIdp, connection: { spEntityId: string; acsUrl: string }): Map<string, string> {
  const times = (unit: string) => Math.floor(XML_BYTES / unit.length);
  const inResponse = (content: string) =>
    `<samlp:Response ${NAMESPACES} ID="_r" Version="2.0">${content}</samlp:Response>`;
  const genuine = (groups: number) =>
    idp.respondXml({
      connection,
      inResponseTo: requestId(),
      nameId: 'eve@bench.example',
      attributes: { groups: Array.from({ length: groups }, (_, i) => `group ${i} of a company`) },
      now: new Date(),
    });
  const junkSignature = (xml: string) =>
    xml.replace(/(<ds:SignatureValue>)[^<]+/, (_, open: string) => open + randomBytes(256).toString('base64'));
  const xml: readonly (readonly [string, string])[] = [
    ['M25: elements nested 10,000 deep', inResponse('<a>'.repeat(times('<a></a>')) + '</a>'.repeat(times('<a></a>')))],
    [
      'M26: thousands of attributes',
      inResponse(`<a ${Array.from({ length: times('b00000="" ') }, (_, i) => `b${i}=""`).join(' ')}/>`),
    ],
    ['M27: 18,000 siblings', inResponse('<a/>'.repeat(times('<a/>')))],
    [
      'M28: namespace declarations, nested',
      inResponse(Array.from({ length: 500 }, (_, i) => `<a xmlns:n${i}="urn:${'x'.repeat(100)}${i}">`).join('')),
    ],
    ['a signature of random bytes, 400 groups', junkSignature(genuine(400))],
    ['a changed group under a good signature', genuine(400).replace('group 7 of', 'group 8 of')],
    ['one value of 70 kB, unsigned', inResponse(`<saml:Assertion ID="_a">${'x'.repeat(70_000)}</saml:Assertion>`)],
    ['1,900 elements, unsigned', inResponse(`<saml:Assertion ID="_a">${'<saml:A/>'.repeat(1_900)}</saml:Assertion>`)],
    [
      'a DOCTYPE with entities',
      `<!DOCTYPE a [${'<!ENTITY b "bbbbbbbbbb">'.repeat(times('<!ENTITY b "bbbbbbbbbb">'))}]><a/>`,
    ],
    ['character references', inResponse('&#120;'.repeat(times('&#120;')))],
    ['never closed quotes', inResponse(`<a b="${'<'.repeat(XML_BYTES - 400)}`)],
  ];
  const field = (text: string) => new URLSearchParams({ SAMLResponse: text }).toString();
  return new Map([
    ...xml.map(([name, text]) => [name, field(Buffer.from(text).toString('base64'))] as const),
    ['no base64', `SAMLResponse=${'-'.repeat(BODY_BYTES)}`],
    ['base64 with white space', field(`${'QQ'.repeat(100)}\n `.repeat(470))],
    ['bytes that are no UTF-8', field(randomBytes(XML_BYTES).toString('base64'))],
    ['percent signs', `SAMLResponse=${'%41'.repeat(BODY_BYTES / 3)}`],
    ['25,000 fields', 'a=1&'.repeat(BODY_BYTES / 4)],
  ]);
}

/** As ours are made, so that the gateway asks its database whether a login waits for it. */
function requestId(): string {
  return `_${Date.now().toString(16).padStart(12, '0')}${randomBytes(32).toString('hex')}`;
}
