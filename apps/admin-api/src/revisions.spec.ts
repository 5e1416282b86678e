import { mistakes } from './api/validate.ts';
import { organization, requestOf, startTestApi } from './testing/test-api.ts';
import type { TestApi } from './testing/test-api.ts';

interface Page {
  readonly revisions: readonly { readonly number: number }[];
  readonly nextCursor: string | null;
}

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
  for (const displayName of ['One', 'Two', 'Three']) {
    await api.client.apply(requestOf([organization('acme', { displayName }), organization('globex')]));
  }
});
afterAll(() => api?.close());

const revisions = '/v1/organizations/acme/revisions';

it('lists the revisions of an organization, the newest first, page by page', async () => {
  const first = await api.client.call<Page>('GET', `${revisions}?limit=2`);
  expect(mistakes('RevisionPage', first.json)).toEqual([]);
  expect(first.json.revisions.map(({ number }) => number)).toEqual([3, 2]);
  const { json } = await api.client.call<Page>('GET', `${revisions}?limit=2&cursor=${first.json.nextCursor}`);
  expect(json).toMatchObject({ revisions: [{ number: 1, appliedBy: expect.any(String) }], nextCursor: null });
});

it('keeps what every revision was', async () => {
  for (const [index, displayName] of ['One', 'Two', 'Three'].entries()) {
    const { json } = await api.client.call('GET', `${revisions}/${index + 1}`);
    expect(mistakes('Revision', json)).toEqual([]);
    expect(json).toMatchObject({ number: index + 1, document: { spec: { displayName } } });
  }
  const { json } = await api.client.call<Page>('GET', '/v1/organizations/globex/revisions');
  expect(json.revisions).toHaveLength(1);
});

it.each([
  ['/v1/organizations/globex/revisions/2', 404, 'unknown_revision'],
  [`${revisions}/0`, 404, 'unknown_revision'],
  [`${revisions}/1e0`, 404, 'unknown_revision'],
  [`${revisions}/99999999999`, 404, 'unknown_revision'],
  ['/v1/organizations/nobody/revisions', 404, 'unknown_organization'],
  ['/v1/organizations/nobody/revisions/1', 404, 'unknown_organization'],
  [`${revisions}?cursor=0`, 400, 'invalid_request'],
  [`${revisions}?limit=0`, 400, 'invalid_request'],
  [`${revisions}?before=3`, 400, 'invalid_request'],
])('refuses %s', async (path, status, code) => {
  const answer = await api.client.call('GET', path);
  expect([answer.status, answer.json]).toMatchObject([status, { error: { code } }]);
});
