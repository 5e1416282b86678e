import { group, type Json, patchOp, user, useTestServer, withDirectory } from './testing/test-server.ts';

const RULES = [
  { name: 'writers', when: { attribute: 'groups', equals: 'Writers' }, grants: { 'account/main': ['editor'] } },
  {
    name: 'leads',
    when: { attribute: 'title', equals: 'Lead' },
    grants: { 'account/main': ['member'] },
    groups: ['dev'],
  },
];
const specOf = (...more: object[]) => ({
  roles: { editor: { permissions: ['edit'] } },
  groups: { dev: {} },
  authorization: { unmatched: 'refuse', rules: [...RULES, ...more] },
});
const OFF = { op: 'replace', path: 'active', value: false };

/** Everything that hangs on a user. */
const TABLES = [
  'users',
  'directory_users',
  'directory_emails',
  'identities',
  'grants',
  'memberships',
  'directory_members',
  'sessions',
  'offboarding_receipts',
];
/** What differs between two of them. */
const isOwn = (column: string) => /^(org_id|receipt_id|token_hash|milliseconds|at|.*_at)$/.test(column);

describe('a user who is switched off', () => {
  const server = useTestServer();

  /** Eve of one directory, in a group, signed in, with grants; and all that is stored of her at the end. */
  async function eveOf(name: string, spec: object = specOf(), scim: object = {}) {
    const { client, organizationId } = await server.current.directory(name, withDirectory(scim, spec));
    const { json } = await client.post('Users', user('eve@acme.com', { title: 'Lead', externalId: 'x1' }));
    const id = String(json['id']);
    await client.post('Groups', group('Writers', [id], { externalId: 'g1' }));
    await server.current.openSession(organizationId, id);
    const rows = async (): Promise<Json> => {
      const stored: Json = {};
      for (const table of TABLES) {
        const found = await server.current.sql(
          `select * from ${table} where user_id = '${id}' order by to_jsonb(${table})`,
        );
        stored[table] = found.map((row) =>
          Object.fromEntries(Object.entries(row).filter(([column]) => !isOwn(column))),
        );
      }
      stored['directories'] = await server.current.sql(
        `select users, active_users, groups from directories where org_id = '${organizationId}'`,
      );
      stored['audit_events'] = await server.current.sql(
        `select type, data - 'receipt' as data, actor_id, subject from audit_events where org_id = '${organizationId}'
         and subject = '${id}' order by seq`,
      );
      const ofAll = (
        await server.current.sql(`select group_id from directory_groups where org_id = '${organizationId}'`)
      ).map(({ group_id: groupId }) => String(groupId));
      return JSON.parse(
        ofAll
          .reduce((text, groupId) => text.replaceAll(groupId, 'the group'), JSON.stringify(stored))
          .replaceAll(id, 'eve'),
      ) as Json;
    };
    return { client, organizationId, id, rows };
  }

  const same = (answer: { readonly status: number; readonly json: Json }, id: string): unknown => [
    answer.status,
    JSON.parse(JSON.stringify({ ...answer.json, meta: undefined }).replaceAll(id, 'eve')),
  ];

  it('X35 leaves the same behind by one statement as by reading, deciding and writing', async () => {
    const short = await eveOf('short');
    const long = await eveOf('long');
    const quick = await short.client.patch(`Users/${short.id}`, patchOp(OFF));
    // two steps are no plain deactivation
    const slow = await long.client.patch(`Users/${long.id}`, patchOp(OFF, OFF));
    const withoutGroups = ([status, json]: [number, Json]) => [status, { ...json, groups: undefined }];
    expect(withoutGroups(same(quick, short.id) as [number, Json])).toEqual(
      withoutGroups(same(slow, long.id) as [number, Json]),
    );
    expect(quick.json['groups']).toEqual([expect.objectContaining({ display: 'Writers' })]);
    const rows = await short.rows();
    expect(rows).toEqual(await long.rows());
    expect(rows).toMatchObject({ sessions: [], users: [{ status: 'disabled' }], directory_users: [{ active: false }] });
    expect(rows['offboarding_receipts']).toMatchObject([{ sessions: 1, grants: 2, groups: 1 }]);
  });

  it('X35 is decided anew where a rule asks whether they are active', async () => {
    const active = {
      name: 'active',
      when: { attribute: 'active', equals: 'true' },
      grants: { 'account/main': ['viewer'] },
    };
    const spec = { ...specOf(active), roles: { editor: { permissions: [] }, viewer: { permissions: [] } } };
    const { client, id, rows } = await eveOf('asked', spec);
    await client.patch(`Users/${id}`, patchOp(OFF));
    expect((await rows())['grants']).toEqual([
      expect.objectContaining({ role: 'editor' }),
      expect.objectContaining({ role: 'member' }),
    ]);
  });

  it('X8 stays as they are when they are off already', async () => {
    const { client, id } = await eveOf('twice');
    const first = await client.patch(`Users/${id}`, patchOp(OFF));
    const again = await client.patch(`Users/${id}`, patchOp(OFF));
    expect(again.json).toEqual(first.json);
    expect(await server.current.sql(`select from offboarding_receipts where user_id = '${id}'`)).toHaveLength(1);
  });

  it('V2 is still conditional: an old version is refused, the present one goes', async () => {
    const { client, id } = await eveOf('conditional');
    const patchIf = (version: string) => client.patch(`Users/${id}`, patchOp(OFF), { 'if-match': version });
    expect((await patchIf('W/"99"')).status).toBe(412);
    const { etag } = (await client.get(`Users/${id}`)).headers;
    expect((await patchIf(String(etag))).status).toBe(200);
  });

  it('of nobody is 404, whatever the id is', async () => {
    const { client } = await eveOf('nobody');
    for (const id of ['018f0000-0000-7000-8000-000000000000', 'eve'])
      expect((await client.patch(`Users/${id}`, patchOp(OFF))).status).toBe(404);
  });

  it('is decided by the directory for the first time when it adopted them', async () => {
    const spec = { ...specOf(), emailDomains: { 'adopted.example': { verification: 'asserted' } } };
    const { client, organizationId } = await server.current.directory(
      'adopted',
      withDirectory({ linkExisting: 'verified-domain' }, spec),
    );
    await server.current.sql(`insert into users (org_id, user_id, email, created_at, updated_at)
      values ('${organizationId}', gen_random_uuid(), 'bob@adopted.example', now(), now())`);
    const { json } = await client.post('Users', user('bob@adopted.example', { title: 'Lead' }));
    const id = String(json['id']);
    const roles = () => server.current.sql(`select role from grants where user_id = '${id}'`);
    expect(await roles()).toEqual([]);
    expect((await client.patch(`Users/${id}`, patchOp(OFF))).json['active']).toBe(false);
    expect(await roles()).toEqual([{ role: 'member' }]);
  });

  it('is decided upon by the rules of this moment, when an apply has just put one that asks', async () => {
    const { client, organizationId, id, rows } = await eveOf('applied-off');
    const gone = { ...specOf(), authorization: { unmatched: 'refuse', rules: [RULES[0], inactive] } };
    await server.current.apply(organizationId, 'applied-off', withDirectory({}, gone));
    expect((await client.patch(`Users/${id}`, patchOp(OFF))).status).toBe(200);
    expect((await rows())['memberships']).toEqual([expect.objectContaining({ group_name: 'dev' })]);
    expect((await rows())['grants']).toEqual([expect.objectContaining({ role: 'editor' })]);
  });
});

const inactive = { name: 'leavers', when: { attribute: 'active', equals: 'false' }, groups: ['dev'] };
