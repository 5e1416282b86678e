import { type Json, patchOp, user, useTestServer } from './testing/test-server.ts';

const photos = (count: number, from = 0) =>
  Array.from({ length: count }, (_, at) => ({ value: `https://x.example/${from + at}/${'p'.repeat(16_000)}` }));

describe('the size of a user', () => {
  const server = useTestServer();

  it('is bounded when it is created and replaced', async () => {
    const { client } = await server.current.directory('large');
    const { json } = await client.post('Users', user('eve@acme.com', { photos: photos(16) }));
    const answers = [
      client.post('Users', user('ann@acme.com', { photos: photos(17) })),
      client.put(`Users/${String(json['id'])}`, user('eve@acme.com', { photos: photos(17) })),
    ];
    for (const { status, json: said } of await Promise.all(answers)) {
      expect([status, said['scimType'], said['detail']]).toEqual([
        400,
        'invalidValue',
        expect.stringContaining('262144'),
      ]);
    }
  });

  it('is bounded when it grows by PATCH, and what is there stays', async () => {
    const { client } = await server.current.directory('growing');
    const { json } = await client.post('Users', user('eve@acme.com'));
    const path = `Users/${String(json['id'])}`;
    const add = (from: number) => client.patch(path, patchOp({ op: 'add', path: 'photos', value: photos(6, from) }));
    const statuses: number[] = [];
    for (const from of [0, 6, 12]) statuses.push((await add(from)).status);
    expect(statuses).toEqual([200, 200, 400]);
    expect((await client.get(path)).json['photos'] as Json[]).toHaveLength(12);
    expect((await client.patch(path, patchOp({ op: 'replace', path: 'title', value: 'Lead' }))).status).toBe(200);
  });
});
