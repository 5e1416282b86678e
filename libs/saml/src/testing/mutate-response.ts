import fc from 'fast-check';

/** A change to the text of a message on its way. */
export type Mutation = (xml: string) => string;

const place = fc.double({ min: 0, max: 1, noNaN: true });

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
      '&#13;',
      ' ID="_a"',
      ' xmlns="urn:x"',
      ' xmlns:saml="urn:x"',
      ' xml:lang="en"',
      '\r\n',
      '\u202e',
      '<x/>',
    ),
  },
);

/** Up to three pieces of text replaced by others, anywhere. */
export const cutting: fc.Arbitrary<Mutation> = fc
  .array(fc.record({ at: place, remove: fc.nat(30), put: piece }), { minLength: 1, maxLength: 3 })
  .map(
    (cuts) => (xml) =>
      cuts.reduce((text, { at, remove, put }) => {
        const index = Math.floor(at * text.length);
        return text.slice(0, index) + put + text.slice(index + remove);
      }, xml),
  );

/** A run of tags moved or copied elsewhere: wrapping attacks by chance. */
export const moving: fc.Arbitrary<Mutation> = fc
  .record({ from: fc.nat(200), length: fc.integer({ min: 1, max: 12 }), to: fc.nat(200), copy: fc.boolean() })
  .map(({ from, length, to, copy }) => (xml) => {
    const tags = xml.split(/(?<=>)/);
    const start = from % tags.length;
    const slice = tags.slice(start, start + length);
    const rest = copy ? tags : tags.filter((_tag, index) => index < start || index >= start + length);
    const at = to % (rest.length + 1);
    return [...rest.slice(0, at), ...slice, ...rest.slice(at)].join('');
  });

/** One byte changed; the result may be no UTF-8. */
export const flipping: fc.Arbitrary<(xml: string) => Buffer> = fc
  .record({ at: place, mask: fc.integer({ min: 1, max: 255 }) })
  .map(({ at, mask }) => (xml) => {
    const bytes = Buffer.from(xml);
    const index = Math.min(bytes.length - 1, Math.floor(at * bytes.length));
    bytes.writeUInt8(bytes.readUInt8(index) ^ mask, index);
    return bytes;
  });

/** The nth place (counted around) where a pattern matches, rewritten. */
function rewriting(pattern: RegExp, rewrite: (match: string, random: number) => string): fc.Arbitrary<Mutation> {
  return fc.record({ nth: fc.nat(500), random: fc.nat(1000) }).map(({ nth, random }) => (xml) => {
    const matches = [...xml.matchAll(pattern)];
    const match = matches[nth % Math.max(matches.length, 1)];
    if (match === undefined) return xml;
    return xml.slice(0, match.index) + rewrite(match[0], random) + xml.slice(match.index + match[0].length);
  });
}

const shuffled = <Item>(items: readonly Item[], random: number): readonly Item[] =>
  items.toSorted((one, other) => ((String(one).length * random) % 7) - ((String(other).length * random) % 7));

const TAG = /<[A-Za-z][^<>]*>/g;
const prefixOf = (tag: string) => /^<(\w+):/.exec(tag)?.[1];

/**
 * Another spelling of the same document, or nearly: what canonicalization must see through (quotes, white space in tags,
 * references, order of attributes, declarations), and small changes that it must not (values, prefixes, text).
 */
export const respelling: fc.Arbitrary<Mutation> = fc
  .array(
    fc.oneof(
      rewriting(/="[^"']*"/g, (value) => value.replaceAll('"', "'")),
      rewriting(/ (?=[\w:]+=")/g, () => '\r\n\t '),
      rewriting(/(?<=>)[^<&\n]+(?=<)/g, (text, random) => {
        const index = random % text.length;
        return `${text.slice(0, index)}&#x${text.charCodeAt(index).toString(16)};${text.slice(index + 1)}`;
      }),
      rewriting(/(?<=="[^"]*)[a-z](?=[^"]*")/g, (letter) => `&#${letter.charCodeAt(0)};`),
      rewriting(/\n/g, (_newline, random) => ['\r\n', '\r', '&#10;', '&#xD;\n', '\n'][random % 5] ?? '\n'),
      rewriting(/<([\w:]+)([^<>]*)\/>/g, (tag) => tag.replace(/^<([\w:]+)([^<>]*)\/>$/, '<$1$2></$1>')),
      rewriting(/<([\w:]+)([^<>]*)><\/\1>/g, (tag) => tag.replace(/><\/.*$/, '/>')),
      rewriting(TAG, (tag, random) => {
        const attributes = tag.match(/ [\w:]+="[^"]*"/g) ?? [];
        return attributes
          .reduce((text, one) => text.replace(one, ''), tag)
          .replace(/\/?>$/, (end) => `${shuffled(attributes, random).join('')}${end}`);
      }),
      rewriting(TAG, (tag, random) =>
        tag.replace(/\/?>$/, (end) => ` xmlns:${['zz', 'xs', 'xsi', 'A', 'b1'][random % 5]}="urn:${random % 3}"${end}`),
      ),
      rewriting(TAG, (tag) => tag.replace(/\/?>$/, (end) => ` xmlns="urn:unused"${end}`)),
      rewriting(TAG, (tag) => {
        const prefix = prefixOf(tag);
        const uri = prefix?.startsWith('saml')
          ? `urn:oasis:names:tc:SAML:2.0:${prefix.endsWith('p') ? 'protocol' : 'assertion'}`
          : 'http://www.w3.org/2000/09/xmldsig#';
        return prefix === undefined || tag.includes(`xmlns:${prefix}=`)
          ? tag
          : tag.replace(/\/?>$/, (end) => ` xmlns:${prefix}="${uri}"${end}`);
      }),
      rewriting(/>[^<]*</g, (between) => between.replace('<', ' <')),
      rewriting(/="[^"]*"/g, (value) => value.replace(/"$/, ' "')),
    ),
    { minLength: 1, maxLength: 3 },
  )
  .map((mutations) => (xml) => mutations.reduce((text, mutate) => mutate(text), xml));
