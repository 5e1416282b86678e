import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { canonicalize } from './canonicalize.ts';
import { selfAndDescendants, type XmlElement } from './element.ts';
import { MESSAGE_LIMITS, parseXml } from './parse-xml.ts';

/** `params.json` beside `in.xml` and `out.xml`, which were written from the rule, not by a program. */
interface Params {
  readonly rule: string;
  /** ID of the element to canonicalize; default: the root. */
  readonly apex?: string;
  readonly without?: string;
  readonly inclusivePrefixes?: readonly string[];
}

const CASES = join(import.meta.dirname, '../../cases/c14n');

describe('exclusive canonicalization', () => {
  it.each(readdirSync(CASES))('%s', (folder) => {
    const read = (file: string) => readFileSync(join(CASES, folder, file), 'utf8');
    const { apex, without, inclusivePrefixes } = JSON.parse(read('params.json')) as Params;
    const root = parseXml(read('in.xml'), { ...MESSAGE_LIMITS, undeclarations: 'take' });
    const byId = (id: string | undefined): XmlElement | undefined =>
      selfAndDescendants(root).find((element) => element.attributes.get('ID') === (id ?? ''));
    expect(canonicalize(byId(apex) ?? root, { without: byId(without), inclusivePrefixes })).toBe(read('out.xml'));
  });
});
