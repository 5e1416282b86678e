import { csvLine } from './csv.ts';

it.each([
  ['plain', 'plain'],
  ['', ''],
  ['a,b', '"a,b"'],
  ['say "hi"', '"say ""hi"""'],
  ['two\nlines', '"two\nlines"'],
  ['=HYPERLINK("http://evil.example","me")', `"'=HYPERLINK(""http://evil.example"",""me"")"`],
  ['+49 170', "'+49 170"],
  ['-1+1', "'-1+1"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['\t=1', `"'\t=1"`.replace(`"'\t=1"`, `'\t=1`)],
  [' =1', `' =1`],
  ['\uff1dcmd', `'\uff1dcmd`],
  ['{"roles":["member"]}', '"{""roles"":[""member""]}"'],
])('writes %j as %j', (text, written) => {
  expect(csvLine([text])).toBe(`${written}\r\n`);
});
