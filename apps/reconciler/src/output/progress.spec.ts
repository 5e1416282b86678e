import { Progress } from './progress.ts';

let written: string;
beforeEach(() => {
  written = '';
});
const on = (env: Readonly<Record<string, string>> = {}, errIsTerminal = true) =>
  new Progress({ err: (text) => void (written += text), errIsTerminal, env });

it('fills a bar on one line, and takes it away', () => {
  const progress = on();
  progress.bar('Checking', 0, 4_000, ' files');
  progress.bar('Checking', 1_000, 4_000, ' files');
  progress.bar('Checking', 4_000, 4_000, ' files');
  progress.clear();
  progress.clear();
  expect(written.split('\r\u001b[K')).toEqual([
    '',
    'Checking [....................] 0 of 4,000 files ...',
    'Checking [#####...............] 1,000 of 4,000 files ...',
    'Checking [####################] 4,000 of 4,000 files ...',
    '',
  ]);
});

it('says for how long it waits by now', () => {
  jest.useFakeTimers();
  try {
    const progress = on();
    progress.show('Waiting for the plan ...');
    jest.advanceTimersByTime(3_000);
    progress.clear();
    jest.advanceTimersByTime(60_000);
    const lines = written.split('\r\u001b[K').slice(1);
    expect(lines).toEqual([
      'Waiting for the plan ...',
      'Waiting for the plan ... 2 s',
      'Waiting for the plan ... 3 s',
      '',
    ]);
    progress.show('Applying ...');
    jest.advanceTimersByTime(125_000);
    progress.clear();
    expect(written).toContain('Applying ... 2 min 5 s');
  } finally {
    jest.useRealTimers();
  }
});

it('says what the server says, where somebody looks', () => {
  jest.useFakeTimers();
  try {
    const progress = on();
    const told = progress.users('Waiting for the plan');
    jest.advanceTimersByTime(2_000);
    told?.(12_000);
    jest.advanceTimersByTime(1_000);
    progress.clear();
    expect(written.split('\r\u001b[K').slice(2)).toEqual([
      'Waiting for the plan ... 2 s',
      'Waiting for the plan ... 12,000 users looked at, 3 s',
      '',
    ]);
  } finally {
    jest.useRealTimers();
  }
  expect(on({ CI: 'true' }).users('Waiting for the plan')).toBeUndefined();
});

it('stays on one line, whatever a name is', () => {
  on().bar('Applying', 1, 2, `: ${'x'.repeat(63)}`);
  expect(written.length).toBeLessThanOrEqual(80 + '\r\u001b[K'.length);
});

it.each([
  ['without a terminal', {}, false],
  ['in CI, though a job has one', { CI: 'true' }, true],
])('is silent %s', (_, env, errIsTerminal) => {
  const progress = on(env, errIsTerminal);
  progress.show('Reading ...');
  progress.bar('Checking', 1, 2);
  progress.clear();
  expect(written).toBe('');
});

it('shows itself where CI is said to be off', () => {
  on({ CI: 'false' }).show('Reading ...');
  expect(written).toContain('Reading');
});
