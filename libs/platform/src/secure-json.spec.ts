import { parseSecureJson } from './secure-json.ts';

const parse = (text: string) => parseSecureJson(Buffer.from(text));

it('parses what JSON.parse parses', () => {
  const value = { a: [1, 'ü', null, { b: { constructor: ['an attribute of an IdP'] } }], prototype: 1 };
  expect(parse(JSON.stringify(value))).toEqual(value);
  expect(parse('7')).toBe(7);
  expect(() => parse('['.repeat(32) + ']'.repeat(32))).not.toThrow();
  expect(() => parse(JSON.stringify(Array.from({ length: 100 }, () => [['[{'.repeat(40)]])))).not.toThrow();
});

it.each([
  ['malformed_json', ''],
  ['malformed_json', '{"a":1'],
  ['malformed_json', '{a:1}'],
  ['forbidden_key', '{"__proto__":{"admin":true}}'],
  ['forbidden_key', '[{"a":{"__proto__":1}}]'],
  ['forbidden_key', '{"\\u005f_proto__":{}}'],
  ['forbidden_key', '{"constructor":{"prototype":{"admin":true}}}'],
  ['forbidden_character', '{"a":["b\\u0000"]}'],
  ['forbidden_character', '{"a":{"b\\u0000":1}}'],
  ['forbidden_character', '"\\ud800"'],
  ['json_too_deep', '['.repeat(33) + ']'.repeat(33)],
  ['json_too_deep', '{"a":['.repeat(17) + ']}'.repeat(17)],
  ['json_too_deep', '{"a":'.repeat(50_000) + '1' + '}'.repeat(50_000)],
])('%s: %#', (code, text) => {
  expect(() => parse(text)).toThrow(expect.objectContaining({ code, status: 400 }));
});

it('refuses bytes that are not UTF-8', () => {
  expect(() => parseSecureJson(Buffer.from([0x22, 0xff, 0x22]))).toThrow(
    expect.objectContaining({ code: 'malformed_json' }),
  );
});

it.each([
  ['json_too_many_values', `[${'1,'.repeat(200_000)}1]`],
  ['json_too_many_values', `[${`[${'{},'.repeat(190_000)}1],`.repeat(11)}1]`],
  ['json_too_many_values', `{${Array.from({ length: 200_001 }, (_, index) => `"${index}":1`).join(',')}}`],
  ['malformed_json', `${']'.repeat(100)},`],
  ['malformed_json', `"${'\\'.repeat(3)}`],
])('%s without parsing: %#', (code, text) => {
  expect(() => parse(text)).toThrow(expect.objectContaining({ code, status: 400 }));
});

it('does not count what stands in strings', () => {
  const value = { a: ',[{'.repeat(3_000_000), 'b,"[\\': '"\\",'.repeat(10) };
  expect(parse(JSON.stringify(value))).toEqual(value);
});

it('parses what the largest collection sends', () => {
  const spec = { roles: Array.from({ length: 80 }, (_, index) => `role-${index}`) };
  const organizations = Array.from({ length: 10_000 }, (_, index) => ({
    document: { metadata: { name: `o${index}` }, spec },
  }));
  expect(parse(JSON.stringify({ organizations }))).toMatchObject({ organizations: { length: 10_000 } });
});
