import { readConfig } from './config.ts';

it('refuses a limit that is none, and says what to write', () => {
  const wrong = { ROLECALL_MAX_DELETES: 'ten', ROLECALL_MAX_AFFECTED: '101%' };
  expect(() => readConfig(wrong)).toThrow('ROLECALL_MAX_DELETES is "ten"');
  expect(() => readConfig(wrong)).toThrow('ROLECALL_MAX_AFFECTED is "101%"');
  expect(() => readConfig(wrong)).toThrow('a number such as 20, or a share such as 10%');
});
