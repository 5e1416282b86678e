import { TestCounts } from './test-counts.ts';

it('adds up the last lines of all projects, of two streams whose pieces come as they come', () => {
  const counts = new TestCounts();
  const [out, err] = [counts.reader(), counts.reader()];
  out('some test\nTests:       1 failed, 4');
  err('\u001b[1mTests:\u001b[22m       \u001b[32m7 passed\u001b[39m, 7 total\nTests: 2 pas');
  out('1 passed, 42 total\nSnapshots:   0 total\n');
  err('sed, 2 total\n');
  expect([counts.passed, counts.failed]).toEqual([50, 1]);
});
