import { newRecoveryCodes, readCode } from './codes.ts';

it.each([
  ['123 456', { factor: 'totp', code: '123456' }],
  ['1234-5678', { factor: 'email_code', code: '12345678' }],
  ['abcd-efgh-2345-67zz', { factor: 'recovery_code', code: 'ABCDEFGH234567ZZ' }],
  ['0726-NFCK-1F7S-XR8F', { factor: 'recovery_code', code: 'O726NFCKIF7SXRBF' }],
  ['0726-NFCK-9F7S-XR8F', undefined],
  ['0726-NFCK', undefined],
  ['1234567', undefined],
  ['', undefined],
  [['123456'], undefined],
])('%j is read as %j, as people read it from paper', (typed, code) => {
  expect(readCode(typed)).toEqual(code);
});

it('reads each code that it makes', () => {
  for (const code of newRecoveryCodes())
    expect(readCode(code)).toEqual({ factor: 'recovery_code', code: code.replaceAll('-', '') });
});
