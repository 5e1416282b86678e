import { pause } from './pace.ts';

it.each([
  { failures: 0, random: 0.5, expected: 60_000 },
  { failures: 0, random: 0, expected: 48_000 },
  { failures: 0, random: 1, expected: 72_000 },
  { failures: 1, random: 0.5, expected: 120_000 },
  { failures: 3, random: 0.5, expected: 480_000 },
  { failures: 50, random: 0.5, expected: 900_000 },
])('waits $expected ms after $failures failures (random $random)', ({ failures, random, expected }) => {
  expect(pause(60_000, failures, random)).toBe(expected);
});

it('never waits less because something failed', () => {
  expect(pause(3_600_000, 5, 0.5)).toBe(3_600_000);
});
