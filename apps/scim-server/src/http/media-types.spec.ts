import { answerType } from './media-types.ts';

it.each([
  [undefined, 'application/scim+json'],
  ['*/*', 'application/scim+json'],
  ['application/scim+json, application/json', 'application/scim+json'],
  ['application/json', 'application/json'],
  ['Application/JSON; charset=utf-8', 'application/json'],
  ['application/json, text/plain, */*', 'application/scim+json'],
  ['text/html', 'application/scim+json'],
])('H2 to a client that accepts %s the answer is %s', (accept, type) => {
  expect(answerType(accept)).toBe(`${type}; charset=utf-8`);
});
