import { DEFAULT_RATE_LIMITS, rateLimits } from './settings.ts';

describe('ROLECALL_RATE_LIMITS', () => {
  it('changes what it names and leaves the rest', () => {
    expect(rateLimits.parse('start=50, answer=7')).toEqual({ ...DEFAULT_RATE_LIMITS, start: 50, answer: 7 });
    expect(rateLimits.parse('off')).toBe('off');
  });

  it.each(['start', 'start=0', 'start=-1', 'start=1e3', 'starts=1', 'start=1,start=2', 'start=1,', '__proto__=1', '0'])(
    'refuses %s',
    (text) => expect(rateLimits.parse(text)).toBeUndefined(),
  );
});
