import { verifyChain } from '@rolecall/audit';
import { PATCH_OP, TestServer, USER, user } from './testing/test-server.ts';

const PROXY = { ROLECALL_TRUSTED_PROXIES: '127.0.0.0/8' };
const FORWARDED = { headers: { 'x-forwarded-for': '203.0.113.66, [::ffff:192.0.2.7]:51234' } };
const OFF = { op: 'replace', path: 'active', value: false };

/** What a directory writes, one by one and in bulk: types and addresses of the events. */
async function written(environment: Readonly<Record<string, string>>) {
  const server = await TestServer.start(environment);
  try {
    const { client, organizationId } = await server.directory('acme');
    const created = await client.call('POST', 'Users', { ...FORWARDED, body: user('eve@acme.com') });
    const off = { schemas: [PATCH_OP], Operations: [OFF] };
    await client.call('PATCH', `Users/${String(created.json['id'])}`, { ...FORWARDED, body: off });
    const data = { schemas: [USER], userName: 'ami@acme.com' };
    const Operations = [{ method: 'POST', path: '/Users', bulkId: 'a', data }];
    const bulk = { schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'], Operations };
    expect((await client.call('POST', 'Bulk', { ...FORWARDED, body: bulk })).status).toBe(200);
    const events = await server.database.database.inOrganization(organizationId, (tx) => tx.auditTrail(0, 100));
    expect(await verifyChain(events)).toMatchObject({ ok: true });
    return events.filter(({ type }) => type.startsWith('user.')).map((event) => [event.type, event.client?.address]);
  } finally {
    await server.close();
  }
}

const ALL = ['user.created', 'user.updated', 'user.deactivated', 'user.created'];

it.each([
  ['as a trusted proxy tells it', PROXY, '192.0.2.7'],
  ['by its connection, without one', {}, '127.0.0.1'],
  ['not at all where none is to be kept', { ROLECALL_AUDIT_ADDRESS_DAYS: '0' }, undefined],
])('audit events of a directory say where it wrote from: %s (security.md 49)', async (_, environment, address) => {
  expect(await written(environment)).toEqual(ALL.map((type) => [type, address]));
});

it('tells clients apart whose users are switched off in one statement (security.md 49)', async () => {
  const server = await TestServer.start(PROXY);
  try {
    const { client, organizationId } = await server.directory('acme');
    const off = { schemas: [PATCH_OP], Operations: [OFF] };
    const people = Array.from({ length: 10 }, (_, n) => `192.0.2.${n}`);
    const ids = new Map<string, string>();
    for (const ip of people) {
      const { json } = await client.call('POST', 'Users', { body: user(`${ip}@acme.com`) });
      ids.set(String(json['id']), ip);
    }
    await Promise.all(
      [...ids].map(([id, ip]) =>
        client.call('PATCH', `Users/${id}`, { headers: { 'x-forwarded-for': ip }, body: off }),
      ),
    );
    const trail = await server.database.database.inOrganization(organizationId, (tx) => tx.auditTrail(0, 200));
    const gone = trail.filter(({ type }) => type === 'user.deactivated');
    expect(gone).toHaveLength(people.length);
    for (const event of gone) expect(event.client?.address).toBe(ids.get(event.subject));
  } finally {
    await server.close();
  }
});
