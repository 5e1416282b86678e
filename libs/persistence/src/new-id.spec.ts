import { newId } from './new-id.ts';

it('is a UUID of version 7 that begins with its time', () => {
  const before = Date.now();
  const id = newId();
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  const time = Number.parseInt(id.slice(0, 13).replace('-', ''), 16);
  expect(time).toBeGreaterThanOrEqual(before);
  expect(time).toBeLessThanOrEqual(Date.now());
});

it('comes once, and each after the one before, however many a millisecond has', () => {
  const ids = Array.from({ length: 20_000 }, newId);
  expect(new Set(ids).size).toBe(20_000);
  expect(ids.toSorted()).toEqual(ids);
});

it('comes after the one before when the clock goes back', () => {
  const first = newId();
  const clock = jest.spyOn(Date, 'now').mockReturnValue(Date.now() - 60_000);
  const second = newId();
  clock.mockRestore();
  expect(second > first).toBe(true);
});
