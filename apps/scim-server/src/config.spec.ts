import { readConfig } from './config.ts';

const DATABASE_URL = 'postgresql://rolecall_runtime:x@localhost:5432/rolecall';

it.each([
  [undefined, 50],
  ['25', 25],
  ['1000', 1_000],
  ['off', 'off'],
])('H6 ROLECALL_SCIM_RATE=%s is %s requests a second', (said, rate) => {
  expect(readConfig({ DATABASE_URL, ROLECALL_SCIM_RATE: said }).rate).toBe(rate);
});

it.each(['24', '0', '-1', '1e9', 'fast'])('H6 ROLECALL_SCIM_RATE=%s is refused: never below 25', (said) => {
  expect(() => readConfig({ DATABASE_URL, ROLECALL_SCIM_RATE: said })).toThrow(/ROLECALL_SCIM_RATE .*25 or more/);
});

it.each([
  [undefined, 20],
  ['10', 10],
  ['500', 500],
])('ROLECALL_DATABASE_POOL=%s is %s connections', (said, poolSize) => {
  expect(readConfig({ DATABASE_URL, ROLECALL_DATABASE_POOL: said }).poolSize).toBe(poolSize);
});

it.each(['9', '501', '1e2', 'many'])('ROLECALL_DATABASE_POOL=%s is refused', (said) => {
  expect(() => readConfig({ DATABASE_URL, ROLECALL_DATABASE_POOL: said })).toThrow(/ROLECALL_DATABASE_POOL .*from 10/);
});

it('has a key for cursors of its own unless it is given one, and never shows it', () => {
  const given = Buffer.alloc(32, 7).toString('base64');
  const { cursorKey, redacted } = readConfig({ DATABASE_URL, ROLECALL_SCIM_CURSOR_KEY: given });
  expect([cursorKey.toString('base64'), JSON.stringify(redacted).includes(given)]).toEqual([given, false]);
  const [one, other] = [readConfig({ DATABASE_URL }).cursorKey, readConfig({ DATABASE_URL }).cursorKey];
  expect([one.length, one.equals(other)]).toEqual([32, false]);
});
