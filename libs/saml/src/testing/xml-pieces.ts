import fc from 'fast-check';

/** Pieces that mean something in XML, or nearly, in any order: mostly no document, now and then an odd one. */
const CHARACTERS = Array.from('<>/=:;&!?-[]"\' \t\r\nab1.é');
const PHRASES = [
  '<a>',
  '</a>',
  '<a/>',
  '<a ',
  '<b>',
  '</b >',
  '<a:b xmlns:a="urn:a">',
  '</a:b>',
  '/>',
  '</',
  'a:',
  '<a:1/>',
  ' a="',
  " a='b'",
  ' b="c"',
  'c="d"',
  ' a = "b"',
  ' a:b="c"',
  ' xml:lang="en"',
  ' xmlns="urn:x"',
  ' XMLNS:a="b"',

  ' xmlns:a="urn:a"',
  ' xmlns:b="urn:a"',
  ' xmlns=""',
  ' xmlns:a=""',
  ' xmlns:xml="urn:x"',
  ' xmlnsa="b"',
  ' b:b="c"',

  '&amp;',
  '&lt;',
  '&quot;',
  '&#65;',
  '&#x41;',
  '&#X41;',
  '&#9;',
  '&#xD;',
  '&#10;',
  '&#0;',
  '&#xD800;',
  '&#x10FFFF;',
  '&#x110000;',
  '&#xFFFE;',
  '&#;',
  '&#x;',
  '&a;',
  '&amp',
  '&#38;lt;',
  '&#00000000000065;',
  '&__proto__;',
  '<!--',
  '-->',
  '--',
  '<!-- a -->',
  '<![CDATA[',
  ']]>',
  ']]',
  '<!DOCTYPE a>',
  '<!',
  '<?',
  '?>',
  '<?a?>',
  '\r\n',

  '<?xml version="1.0"?>',
  '<?xml version="1.0" encoding="utf-8"?>',
  "<?xml version='1.1'?>",
  '<?XML version="1.0"?>',

  '\u00b7',
  '\u0300',
  '\u203f',
  '\u2028',
  '\u0085',
  '\u00d7',
  '\ufeff',
  '\ufffe',
  '\u{10348}',
  '\u{f0000}',
  '\u0001',
];

const pieces = fc
  .array(fc.oneof(fc.constantFrom(...CHARACTERS), { weight: 2, arbitrary: fc.constantFrom(...PHRASES) }), {
    maxLength: 6,
  })
  .map((all) => all.join(''));

/** The pieces bare, within an element, within a tag, within a tag within an element, within a value, behind an element. */
export const xmlOfPieces: fc.Arbitrary<string> = fc
  .tuple(pieces, fc.constantFrom('%', '<a>%</a>', '<a%/>', '<a><b%></a>', '<a b="%"/>', '<a/>%'))
  .map(([text, around]) => around.replace('%', () => text));
