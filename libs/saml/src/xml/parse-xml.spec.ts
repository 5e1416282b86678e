import { SamlError } from '../errors.ts';
import { childrenOf } from './element.ts';
import { MESSAGE_LIMITS, parseXml } from './parse-xml.ts';

function outcome(text: string): unknown {
  try {
    return parseXml(text, MESSAGE_LIMITS).localName;
  } catch (error) {
    if (error instanceof SamlError) return error.code;
    throw error;
  }
}

describe('parseXml', () => {
  it('reads names, attributes, own text and order by namespace, not by prefix', () => {
    const root = parseXml(
      '<a:r xmlns:a="urn:a" xmlns:b="urn:b" x="1" b:x="2">one<b:c/>two<c xmlns="urn:b">&lt;&#x41;</c><c/></a:r>',
      MESSAGE_LIMITS,
    );
    expect([root.namespace, root.localName, root.text]).toEqual(['urn:a', 'r', 'onetwo']);
    expect([...root.attributes]).toEqual([
      ['x', '1'],
      ['{urn:b}x', '2'],
    ]);
    expect(childrenOf(root, 'urn:b', 'c').map(({ text }) => text)).toEqual(['', '<A']);
    expect(root.children.every(({ parent }) => parent === root)).toBe(true);
  });

  it('normalizes line ends everywhere and white space in values, unless it was written as a reference', () => {
    const root = parseXml('<r a="1\r\n2\t3\r&#13;&#10;&#9;" >\r\n\r&#13;<c/>\n</r\r\n>', MESSAGE_LIMITS);
    expect([root.attributes.get('a'), root.content.filter((part) => typeof part === 'string')]).toEqual([
      '1 2 3 \r\n\t',
      ['\n\n\r', '\n'],
    ]);
  });

  it('never reads again what a reference yields', () => {
    const root = parseXml('<r a="&#38;lt;&amp;#60;">&#38;lt;&amp;amp;&#60;c/></r>', MESSAGE_LIMITS);
    expect([root.attributes.get('a'), root.text, root.children]).toEqual(['&lt;&#60;', '&lt;&amp;<c/>', []]);
  });

  it('skips comments where they are allowed, and only well-formed ones', () => {
    const limits = { ...MESSAGE_LIMITS, comments: 'skip' } as const;
    expect(parseXml('<!-- <r> --><r>a<!-- b -->c</r><!---->', limits).text).toBe('ac');
    for (const text of ['<r><!-- a -- b --></r>', '<r><!--a---></r>', '<r/><!--', '<r><!--></r>'])
      expect(() => parseXml(text, limits)).toThrow(SamlError);
  });

  it('keeps attributes that are named like members of objects', () => {
    const root = parseXml('<r __proto__="1" constructor="2"/>', MESSAGE_LIMITS);
    expect([...root.attributes]).toEqual([
      ['__proto__', '1'],
      ['constructor', '2'],
    ]);
  });

  it.each([
    ['r', '<?xml version="1.0" encoding="utf-8" standalone="yes"?><r/>'],
    ['r', `<r>${'<a/>'.repeat(1999)}</r>`],
    ['xml_too_many_elements', `<r>${'<a/>'.repeat(2000)}</r>`],
    ['r', '<r>'.repeat(40) + '</r>'.repeat(40)],
    ['xml_too_deep', '<r>'.repeat(41) + '</r>'.repeat(41)],
    ['r', `<r ${Array.from({ length: 40 }, (_, i) => `a${i}=""`).join(' ')}/>`],
    ['xml_too_many_attributes', `<r ${Array.from({ length: 41 }, (_, i) => `a${i}=""`).join(' ')}/>`],
    ['xml_malformed', '<?xml version="1.1"?><r/>'],
    ['xml_encoding', '<?xml version="1.0" encoding="ISO-8859-1"?><r/>'],
    ['xml_malformed', ''],
    ['xml_malformed', '<r>'],
    ['xml_malformed', '<a:r/>'],
    ['xml_malformed', '<r>&undefined;</r>'],
    ['xml_malformed', '<r>&constructor;</r>'],
    ['xml_malformed', '<r a="&__proto__;"/>'],
    ['xml_malformed', '<r>&#0;</r>'],
    ['xml_malformed', '<r>\u0001</r>'],
    ['xml_malformed', '<r a="<"/>'],
    ['xml_malformed', '<r a="1"b="2"/>'],
    ['xml_malformed', '<r a/"1"/>'],
    ['xml_malformed', '<r a=1/>'],
    ['xml_malformed', '<r//>'],
    ['xml_malformed', '<r/ >'],
    ['xml_malformed', '<r><a/x></r>'],
    ['xml_malformed', '<r><a//></r>'],
    ['xml_malformed', '<r></r x="1">'],
    ['xml_malformed', '<r></rr>'],
    ['xml_malformed', '<r>]]></r>'],
    ['r', '<r a="]]>">]]&gt;</r>'],
    ['xml_malformed', '<r/><r/>'],
    ['xml_malformed', '<r/>\u00a0'],
    ['xml_malformed', '<?xml version="1.0" standalone="maybe"?><r/>'],
    ['xml_malformed', '<!ELEMENT r ANY><r/>'],
    ['xml_doctype', '<!DOCTYPE r><r/>'],
    ['xml_comment', '<r><!-- --></r>'],
    ['xml_cdata', '<r><![CDATA[]]></r>'],
    ['xml_processing_instruction', '<r><?x?></r>'],
    ['xml_processing_instruction', ' <?xml version="1.0"?><r/>'],
    ['xml_namespace', '<r xmlns=""/>'],
    ['xml_namespace', '<r xmlns:a="relative"/>'],
    ['xml_namespace', `<r xmlns:a="urn:a'b"/>`],
    ['xml_attribute_name', '<r XMLNSa="x"/>'],
    ['xml_malformed', '<r>&#xD800;</r>'],
    ['xml_malformed', '<:r/>'],
    ['xml_malformed', '<a:/>'],
    ['xml_malformed', '<a:b:c xmlns:a="urn:a"/>'],
    ['xml_malformed', '<a:1 xmlns:a="urn:a"/>'],
    ['xml_malformed', '<a:\u00b7 xmlns:a="urn:a"/>'],
    ['xml_malformed', '<r xml:-x=""/>'],
    ['xml_malformed', '<xmlns:r/>'],
    ['xml_malformed', '<r a:x="1"/>'],
    ['xml_malformed', '<r><a xmlns:a="urn:a"/><a:b/></r>'],
    ['xml_malformed', '<r xmlns:a="urn:a" xmlns:b="urn:a" a:x="1" b:x="2"/>'],
    ['xml_malformed', '<r xmlns:a="urn:a" xmlns:a="urn:b"/>'],
    ['xml_malformed', '<a:r xmlns:a="urn:a" xmlns:b="urn:a"></b:r>'],
    ['xml_namespace', '<r xmlns:a=""/>'],
    ['xml_namespace', '<r xmlns:xml="http://www.w3.org/XML/1998/namespace"/>'],
    ['xml_namespace', '<r xmlns:xml="urn:x"/>'],
    ['xml_namespace', '<r xmlns:xmlns="urn:x"/>'],
    ['xml_namespace', '<r xmlns="http://www.w3.org/XML/1998/namespace"/>'],
    ['xml_namespace', '<r xmlns:a="http://www.w3.org/2000/xmlns/"/>'],
    ['r', '<r xml:lang="en"/>'],
  ])('answers %s to %.60s', (expected, text) => {
    expect(outcome(text)).toBe(expected);
  });
});
