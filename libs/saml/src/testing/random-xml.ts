import fc from 'fast-check';

import { escapeXml } from '../xml/escape-xml.ts';

interface RandomElement {
  readonly prefix: string;
  readonly local: string;
  readonly declarations: readonly (readonly [prefix: string, uri: string])[];
  readonly attributes: readonly { readonly prefix: string; readonly local: string; readonly value: string }[];
  readonly content: readonly (RandomElement | string)[];
}

const PREFIXES = ['', 'a', 'b', 'c'] as const;
const URIS = ['urn:one', 'urn:two', 'urn:three'] as const;
const text = fc.string({ unit: fc.constantFrom(...Array.from('ab <>&"\'\r\n\t]é\u{10348}\u202e')), maxLength: 6 });

const { element } = fc.letrec<{ element: RandomElement }>((tie) => ({
  element: fc.record({
    prefix: fc.constantFrom(...PREFIXES),
    local: fc.constantFrom('e', 'f', 'ID'),
    declarations: fc.array(fc.tuple(fc.constantFrom(...PREFIXES), fc.constantFrom('', ...URIS)), { maxLength: 3 }),
    attributes: fc.array(
      fc.record({ prefix: fc.constantFrom('', 'a', 'b', 'xml'), local: fc.constantFrom('x', 'y', 'Z'), value: text }),
      { maxLength: 4 },
    ),
    content: fc.array(fc.oneof({ depthSize: 'small', withCrossShrink: true }, text, tie('element')), { maxLength: 4 }),
  }),
}));

/**
 * Well-formed documents with all that canonicalization looks at: prefixes, default namespaces, declarations nobody needs,
 * attributes, escapes.
 *
 * @param rebinding whether a prefix may change its meaning further down and the default namespace may end
 */
export function randomXml({ rebinding }: { readonly rebinding: boolean }): fc.Arbitrary<string> {
  return element.map((root) => write(root, new Map([['xml', 'xml']]), rebinding));
}

function write(node: RandomElement, around: ReadonlyMap<string, string>, rebinding: boolean): string {
  const declared = new Map<string, string>();
  for (const [prefix, uri] of node.declarations) {
    if (rebinding && (prefix === '' || uri !== '')) declared.set(prefix, uri);
    if (!rebinding && prefix !== '') declared.set(prefix, `urn:${prefix}`);
    if (!rebinding && prefix === '' && uri !== '') declared.set(prefix, uri);
  }
  const scope = new Map([...around, ...declared]);
  const known = (prefix: string) => (scope.has(prefix) ? prefix : '');
  const named = (prefix: string, local: string) => (known(prefix) === '' ? local : `${prefix}:${local}`);
  const attributes = new Map<string, string>();
  for (const { prefix, local, value } of node.attributes) {
    const uri = known(prefix) === '' ? '' : scope.get(prefix);
    attributes.set(`{${uri}}${local}`, ` ${named(prefix, local)}="${escapeXml(value)}"`);
  }
  const namespaces = [...declared].map(([prefix, uri]) => ` xmlns${prefix === '' ? '' : `:${prefix}`}="${uri}"`);
  const content = node.content.map((part) =>
    typeof part === 'string' ? escapeXml(part).replaceAll('&#10;', '\n') : write(part, scope, rebinding),
  );
  const name = named(node.prefix, node.local);
  return `<${name}${namespaces.join('')}${[...attributes.values()].join('')}>${content.join('')}</${name}>`;
}
