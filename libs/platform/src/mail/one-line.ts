/**
 * What has no business in a line of a mail: control characters, which could end a header, and those that change the direction or the
 * look of what follows (Unicode TR36): marks, embeddings, overrides and isolates, invisible ones, line and paragraph separators. The two
 * joiners stay: names are written with them.
 */
const UNWANTED = /(?:[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]|(?![\u200c\u200d])\p{Cf})+/gu;

/** Mail programs make links of these by themselves; in the name of a person or company they have no place. */
const LINKS = /[a-z][a-z0-9+.-]*:\/\/|\bwww\./gi;

/** A text that somebody chose (a name, an address, a browser) as one plain line of at most `most` characters. */
export function oneLine(text: string, most = 120): string {
  const plain = text.normalize('NFC').replaceAll(UNWANTED, ' ').replaceAll(LINKS, ' ').replaceAll(/\s+/g, ' ').trim();
  const characters = Array.from(plain);
  return characters.length > most ? `${characters.slice(0, most - 1).join('')}…` : plain;
}
