import { DOMParser } from '@xmldom/xmldom';
import fc from 'fast-check';
import { ExclusiveCanonicalization } from 'xml-crypto';

import { randomXml } from '../testing/random-xml.ts';
import { canonicalize } from './canonicalize.ts';
import type { XmlElement } from './element.ts';
import { MESSAGE_LIMITS, parseXml } from './parse-xml.ts';

const LIMITS = { ...MESSAGE_LIMITS, undeclarations: 'take' } as const;
const RUNS = { numRuns: 1500 };

/** All that a reader of the tree can see, and nothing of how it was written. */
function meaning(element: XmlElement): unknown {
  const { namespace, localName, attributes, content } = element;
  const said = content.map((part) => (typeof part === 'string' ? part : meaning(part)));
  const joined: unknown[] = [];
  for (const part of said) {
    const last = joined.length - 1;
    if (typeof part === 'string' && typeof joined[last] === 'string') joined[last] = `${joined[last]}${part}`;
    else if (part !== '') joined.push(part);
  }
  return [namespace, localName, [...attributes].toSorted(([a], [b]) => (a < b ? -1 : 1)), joined];
}

/** The views that readers use, derived again from what is canonicalized. */
function readAgain({ content, writtenAttributes }: XmlElement) {
  return {
    text: content.filter((part) => typeof part === 'string').join(''),
    children: content.filter((part) => typeof part !== 'string'),
    attributes: new Map(
      writtenAttributes.map(({ prefix, uri, local, value }) => [prefix === '' ? local : `{${uri}}${local}`, value]),
    ),
  };
}

describe('exclusive canonicalization', () => {
  it('is what xml-crypto makes of the same document', () => {
    const prefixLists = fc.subarray(['a', 'b', 'c']);
    fc.assert(
      fc.property(randomXml({ rebinding: false }), prefixLists, (xml, inclusivePrefixes) => {
        const dom = new DOMParser().parseFromString(xml).documentElement;
        const oracle = new ExclusiveCanonicalization().process(dom as never, {
          inclusiveNamespacesPrefixList: [...inclusivePrefixes],
        });
        expect(canonicalize(parseXml(xml, LIMITS), { inclusivePrefixes })).toBe(String(oracle));
      }),
      RUNS,
    );
  });

  it('says all that a reader sees, so that two subtrees of one form mean the same', () => {
    fc.assert(
      fc.property(randomXml({ rebinding: true }), fc.subarray(['a', '#default']), (xml, inclusivePrefixes) => {
        const tree = parseXml(xml, LIMITS);
        const form = canonicalize(tree, { inclusivePrefixes });
        const again = parseXml(form, LIMITS);
        expect(meaning(again)).toEqual(meaning(tree));
        expect(canonicalize(again, { inclusivePrefixes })).toBe(form);
      }),
      RUNS,
    );
  });

  it('is of the very pieces that readers read', () => {
    fc.assert(
      fc.property(randomXml({ rebinding: true }), (xml) => {
        const check = (element: XmlElement): void => {
          const { text, children, attributes } = element;
          expect({ text, children: children.length, attributes }).toEqual({
            ...readAgain(element),
            children: readAgain(element).children.length,
          });
          children.forEach((child, index) => expect(readAgain(element).children[index]).toBe(child));
          children.forEach(check);
        };
        check(parseXml(xml, LIMITS));
      }),
      { numRuns: 200 },
    );
  });
});
