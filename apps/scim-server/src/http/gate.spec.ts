import { gate, unmatched } from './gate.ts';

const BASE = '/scim/v2';

describe('the gate', () => {
  it.each([
    ['/healthz', '/healthz', 'open'],
    [`${BASE}/Schemas`, `${BASE}/Schemas`, 'open'],
    [`${BASE}/Schemas/:id`, `${BASE}/Schemas/urn:x`, 'open'],
    [`${BASE}/Users`, `${BASE}/Users`, 'guarded'],
    [`${BASE}/Anything`, `${BASE}/Anything`, 'guarded'],
    ['/new', '/new', 'guarded'],
    [undefined, `${BASE}/Anything`, 'guarded'],
    [undefined, `${BASE}//Users`, 'guarded'],
    [undefined, `${BASE}`, 'guarded'],
    [undefined, '/', 'refused'],
    [undefined, '/scim/v22', 'refused'],
    [undefined, `${BASE}/Schemas`, 'refused'],
    [`${BASE}/Schemas`, `${BASE}/Schemas?filter=x`, 'refused'],
  ])('of the route %s (%s): %s', (route, url, is) => {
    expect(gate(route, url).is).toBe(is);
  });

  it.each([
    ['/Users', 405, 'GET, HEAD, POST'],
    ['//Groups/', 405, 'GET, HEAD, POST'],
    ['/Users/2819', 405, 'GET, HEAD, PUT, PATCH, DELETE'],
    ['/Users/.search', 405, 'POST'],
    ['/.search?x', 405, 'POST'],
    ['/Bulk', 405, 'POST'],
    ['/', 405, 'GET, HEAD'],
    ['/Users/a/b', 404, undefined],
    ['/Devices', 404, undefined],
  ])('H8 %s without a route: %s', (path, status, allow) => {
    expect(unmatched(BASE + path)).toMatchObject({ status, ...(allow && { allow }) });
  });
});
