import { formsTo } from './send-page.ts';

const GATEWAY = 'https://sso.example.com';

it.each([
  ['nowhere else', undefined, 'self'],
  ['an application', 'https://app.example.com/a', { origin: 'https://app.example.com' }],
  [
    'a page of ours that leads on',
    `${GATEWAY}/auth/start?origin=https%3A%2F%2Fgrafana.example.com`,
    'identity-provider',
  ],
  ['a page of that name elsewhere', 'https://app.example.com/auth/start?a=b', { origin: 'https://app.example.com' }],
  ['another page of ours', `${GATEWAY}/auth/start/x?a=b`, { origin: GATEWAY }],
])('a form whose answer leads to %s may go there alone', (_where, returnTo, target) => {
  expect(formsTo(returnTo, GATEWAY)).toEqual(target);
});
