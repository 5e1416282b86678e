import { seedDirectory } from '@rolecall/persistence/testing';
import type { Client } from './testing/client.ts';
import { group, type Json, patchOp, SCIM_JSON, user, useTestServer, withDirectory } from './testing/test-server.ts';

describe('groups', () => {
  const server = useTestServer();

  const people = async (client: Client, count: number) => {
    const made = Array.from({ length: count }, (_, at) => client.post('Users', user(`user${at}@acme.com`)));
    return (await Promise.all(made)).map(({ json }) => String(json['id']));
  };
  const membersOf = async (client: Client, path: string) =>
    (((await client.get(path)).json['members'] ?? []) as Json[]).map(({ value }) => String(value)).toSorted();
  const add = (...ids: readonly string[]) => ({ op: 'add', path: 'members', value: ids.map((value) => ({ value })) });

  it('V3 parallel changes of members lose nothing and never conflict', async () => {
    const { client } = await server.current.directory('parallel');
    const ids = await people(client, 12);
    const [first, ...others] = ids;
    const path = `Groups/${String((await client.post('Groups', group('all', [first!]))).json['id'])}`;
    const answers = await Promise.all(others.map((id) => client.patch(path, patchOp(add(id)))));
    expect(answers.map(({ status }) => status)).toEqual(others.map(() => 204));
    expect(await membersOf(client, path)).toEqual(ids.toSorted());
    const removal = (id: string) => ({ op: 'remove', path: `members[value eq "${id}"]` });
    const gone = await Promise.all(ids.map((id) => client.patch(path, patchOp(removal(id)))));
    expect(gone.map(({ status }) => status)).toEqual(ids.map(() => 204));
    expect(await membersOf(client, path)).toEqual([]);
  });

  it('V3 a rename and changes of members go side by side', async () => {
    const { client } = await server.current.directory('rename');
    const ids = await people(client, 6);
    const path = `Groups/${String((await client.post('Groups', group('before'))).json['id'])}`;
    const rename = patchOp({ op: 'replace', path: 'displayName', value: 'after' });
    const answers = await Promise.all([
      client.patch(path, rename),
      ...ids.map((id) => client.patch(path, patchOp(add(id)))),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 204));
    expect((await client.get(path)).json['displayName']).toBe('after');
    expect(await membersOf(client, path)).toEqual(ids.toSorted());
  });

  it('V3 parallel PATCHes of a user follow one another, and none is lost', async () => {
    const { client } = await server.current.directory('patches');
    const path = `Users/${String((await client.post('Users', user('eve@acme.com'))).json['id'])}`;
    const names = ['title', 'nickName', 'locale', 'timezone', 'userType', 'preferredLanguage', 'profileUrl'];
    const answers = await Promise.all(
      names.map((name) => client.patch(path, patchOp({ op: 'add', path: name, value: `x-${name}` }))),
    );
    expect(answers.map(({ status }) => status)).toEqual(names.map(() => 200));
    const { json } = await client.get(path);
    expect(json).toMatchObject(Object.fromEntries(names.map((name) => [name, `x-${name}`])));
  });

  it('V3 forty writers of one attribute all come through', async () => {
    const { client } = await server.current.directory('writers');
    const path = `Users/${String((await client.post('Users', user('eve@acme.com'))).json['id'])}`;
    const write = (at: number) => client.patch(path, patchOp({ op: 'replace', path: 'title', value: `title ${at}` }));
    const answers = await Promise.all(Array.from({ length: 40 }, (_, at) => write(at)));
    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
    const versions = answers.map(({ headers }) => headers['etag']);
    expect(new Set(versions).size).toBe(40);
  });

  it('V2 V3 of parallel PATCHes with If-Match the first one wins', async () => {
    const { client } = await server.current.directory('if-match');
    const created = await client.post('Users', user('eve@acme.com'));
    const path = `Users/${String(created.json['id'])}`;
    const condition = { 'if-match': String(created.headers['etag']) };
    const answers = await Promise.all(
      [1, 2, 3, 4].map((at) =>
        client.patch(path, patchOp({ op: 'add', path: 'title', value: `title ${at}` }), condition),
      ),
    );
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 412, 412, 412]);
  });

  it('V1 the ETag of a group changes if and only if it does', async () => {
    const { client } = await server.current.directory('etag');
    const [id] = await people(client, 1);
    const path = `Groups/${String((await client.post('Groups', group('g', [id!]))).json['id'])}`;
    const version = async () => {
      const { headers, json } = await client.get(path);
      expect((json['meta'] as Json)['version']).toBe(headers['etag']);
      return headers['etag'];
    };
    const before = await version();
    await client.patch(path, patchOp(add(id!)));
    await client.patch(path, patchOp({ op: 'replace', value: { displayName: 'g' } }));
    expect(await version()).toBe(before);
    await client.patch(path, patchOp({ op: 'remove', path: 'members' }));
    expect(await version()).not.toBe(before);
  });

  it('X33 A5 adds a thousand members in one PATCH, and lists groups without reading them', async () => {
    const { client } = await server.current.directory('thousand');
    const ids = await people(client, 40);
    const path = `Groups/${String((await client.post('Groups', group('g'))).json['id'])}`;
    const operations = Array.from({ length: 1_000 }, (_, at) => add(ids[at % ids.length]!));
    expect((await client.patch(path, patchOp(...operations))).status).toBe(204);
    expect(await membersOf(client, path)).toHaveLength(40);
    for (const each of [path, 'Groups']) {
      const { text } = await client.get(`${each}?excludedAttributes=members`);
      expect(text).not.toContain(ids[0]);
    }
  });

  it('a group of thousands is shown whole, alone and in lists', async () => {
    const { client, organizationId } = await server.current.directory('thousands');
    const [created, id] = [new Date(), '0199c0de-0000-7000-8000-0000000000aa'];
    const users = Array.from({ length: 2_500 }, (_, at) => ({
      id: `0199c0de-0000-7000-8000-${String(at).padStart(12, '0')}`,
      body: { userName: `u${at}`, active: true },
      created,
      modified: created,
    }));
    const all = { id, body: { displayName: 'g' }, created, modified: created, members: users.map((each) => each.id) };
    await server.current.asOwner((owner) => seedDirectory(owner, organizationId, { users, groups: [all] }));
    for (const path of [`Groups/${id}`, `Groups/${id}?attributes=members`]) {
      const { status, headers, json: shown } = await client.get(path);
      expect([status, (shown['members'] as Json[]).length]).toEqual([200, 2_500]);
      expect(headers['content-type']).toBe(SCIM_JSON);
    }
    const listed = (await client.get('Groups')).json['Resources'] as Json[];
    expect(new Set((listed[0]!['members'] as Json[]).map(({ value }) => value)).size).toBe(2_500);
    const head = await client.call('HEAD', `Groups/${id}`);
    expect([head.status, head.text]).toEqual([200, '']);
  });

  it('C12 refuses members that it does not know, or leaves them out, as the document says', async () => {
    const unknown = '0199c0de-0000-7000-8000-000000000000';
    const { client } = await server.current.directory('refusing');
    const refused = await client.post('Groups', group('g', [unknown, 'nobody']));
    expect(refused).toMatchObject({ status: 400, json: { scimType: 'invalidValue' } });
    expect(refused.json['detail']).toContain('members');
    expect((await client.get('Groups')).json['totalResults']).toBe(0);
    const ignoring = await server.current.directory('ignoring', withDirectory({ unknownMembers: 'ignore' }));
    const [id] = await people(ignoring.client, 1);
    const { status, json } = await ignoring.client.post('Groups', group('g', [unknown, id!]));
    expect([status, json['members']]).toEqual([201, [expect.objectContaining({ value: id })]]);
    const [entry] = (await server.current.requests(ignoring.organizationId)).slice(-1);
    expect(entry!['quirks']).toContain('unknown_members');
  });

  it("H5 C12 another organization's user is nobody", async () => {
    const [acme, beta] = [await server.current.directory('acme'), await server.current.directory('beta')];
    const [stranger] = await people(beta.client, 1);
    const answer = await acme.client.post('Groups', group('g', [stranger!]));
    expect(answer).toMatchObject({ status: 400, json: { scimType: 'invalidValue' } });
    expect(await server.current.sql('select * from directory_members')).not.toContainEqual(
      expect.objectContaining({ org_id: acme.organizationId }),
    );
  });
});
