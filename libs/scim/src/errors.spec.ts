import { errorBody, ScimError } from './errors.ts';

it('E1 an error has these members and nothing else, the status as text', () => {
  expect(errorBody(new ScimError(409, 'uniqueness', 'userName is taken'))).toEqual({
    schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
    status: '409',
    scimType: 'uniqueness',
    detail: 'userName is taken',
  });
  expect(errorBody(new ScimError(404, undefined, 'no such user'))).not.toHaveProperty('scimType');
});
