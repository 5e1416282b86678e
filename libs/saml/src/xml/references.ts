import { refuse } from '../errors.ts';

/** A reference that XML has without a DTD: to a character, or one of the five that are always there. Or a bare `&`. */
const REFERENCE = /&(?:#x([0-9A-Fa-f]+);|#([0-9]+);|(amp|lt|gt|quot|apos);)?/g;

const PREDEFINED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/**
 * Expands character references and the five predefined entities, each once: what comes out is data, never markup (XML 4.1,
 * 4.4, 4.6).
 *
 * @throws SamlError `xml_malformed` for any other `&`, and for a reference to what is no character (XML 2.2)
 */
export function expandReferences(text: string): string {
  return text.replace(REFERENCE, (reference, hexadecimal?: string, decimal?: string, entity?: string) => {
    if (entity !== undefined) return PREDEFINED[entity] ?? unknown(reference);
    const digits = hexadecimal ?? decimal;
    if (digits === undefined) return unknown(reference);
    const codePoint = Number.parseInt(digits, hexadecimal === undefined ? 10 : 16);
    return isCharacter(codePoint) ? String.fromCodePoint(codePoint) : unknown(reference);
  });
}

function unknown(reference: string): never {
  return refuse('xml_malformed', { got: `reference ${reference}` });
}

/** XML 2.2, Char. */
function isCharacter(codePoint: number): boolean {
  if (codePoint < 0x20) return codePoint === 0x9 || codePoint === 0xa || codePoint === 0xd;
  return codePoint <= 0xd7ff || (codePoint >= 0xe000 && codePoint <= 0xfffd) || isAstral(codePoint);
}

function isAstral(codePoint: number): boolean {
  return codePoint >= 0x10000 && codePoint <= 0x10ffff;
}
