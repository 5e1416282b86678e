import { isSameOrigin } from './same-origin.ts';

describe('isSameOrigin', () => {
  it.each([
    [true, { 'sec-fetch-site': 'same-origin', origin: 'null' }],
    [true, { 'sec-fetch-site': 'none' }],
    [true, { origin: 'https://sso.example.com' }],
    [true, {}],
    [false, { 'sec-fetch-site': 'same-site', origin: 'https://sso.example.com' }],
    [false, { 'sec-fetch-site': 'cross-site' }],
    [false, { 'sec-fetch-site': ['same-origin', 'cross-site'] }],
    [false, { origin: 'null' }],
    [false, { origin: 'https://sso.example.com.evil.example' }],
    [false, { origin: 'http://sso.example.com' }],
  ])('is %s for %j', (expected, headers) => {
    expect(isSameOrigin(headers, 'https://sso.example.com')).toBe(expected);
  });
});
