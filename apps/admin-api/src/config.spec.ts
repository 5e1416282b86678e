import { readConfig } from './config.ts';

it('takes no weak token for the metrics, and shows none', () => {
  for (const token of ['secret', 'two words that are long enough', 'x'.repeat(300)]) {
    expect(() => readConfig({ ROLECALL_METRICS_TOKEN: token })).toThrow('ROLECALL_METRICS_TOKEN has a wrong value');
  }
});

it('refuses a limit that is none, and says what to write', () => {
  const wrong = { ROLECALL_MAX_DELETES: 'ten', ROLECALL_MAX_AFFECTED: '101%' };
  expect(() => readConfig(wrong)).toThrow('ROLECALL_MAX_DELETES is "ten"');
  expect(() => readConfig(wrong)).toThrow('ROLECALL_MAX_AFFECTED is "101%"');
  expect(() => readConfig(wrong)).toThrow('a number such as 20, or a share such as 10%');
});
