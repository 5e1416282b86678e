import { group, patchOp, user, useTestServer, withDirectory } from './testing/test-server.ts';

const SPEC = {
  roles: { editor: { permissions: ['edit'] } },
  authorization: {
    unmatched: 'defaults',
    rules: [
      { name: 'writers', when: { attribute: 'groups', equals: 'Writers' }, grants: { 'account/main': ['editor'] } },
      { name: 'leads', when: { attribute: 'title', equals: 'Lead' }, grants: { 'account/main': ['sso_admin'] } },
    ],
  },
  jit: { defaults: { grants: { 'account/main': ['member'] } } },
};

describe('what provisioning does to access', () => {
  const server = useTestServer();
  const rolesOf = async (userId: unknown) => {
    const rows = await server.current.sql(`select role from grants where user_id = '${String(userId)}' order by role`);
    return rows.map(({ role }) => role);
  };

  it('a write is decided upon at once: attributes, memberships, names of groups', async () => {
    const { client } = await server.current.directory('decided', withDirectory({}, SPEC));
    const { json } = await client.post('Users', user('eve@acme.com'));
    const id = String(json['id']);
    expect(await rolesOf(id)).toEqual(['member']);
    const path = `Groups/${String((await client.post('Groups', group('Writers', [id]))).json['id'])}`;
    expect(await rolesOf(id)).toEqual(['editor']);
    await client.patch(`Users/${id}`, patchOp({ op: 'add', path: 'title', value: 'Lead' }));
    expect(await rolesOf(id)).toEqual(['editor', 'sso_admin']);
    await client.patch(path, patchOp({ op: 'replace', path: 'displayName', value: 'Authors' }));
    expect(await rolesOf(id)).toEqual(['editor', 'sso_admin']);
    await client.delete(path);
    expect(await rolesOf(id)).toEqual(['sso_admin']);
  });

  it('decides with the rules that an apply has just put in place', async () => {
    const { client, organizationId } = await server.current.directory('applied', withDirectory({}, SPEC));
    await client.get('Users');
    const jit = { defaults: { grants: { 'account/main': ['editor'] } } };
    await server.current.apply(organizationId, 'applied', withDirectory({}, { ...SPEC, jit }));
    const { json } = await client.post('Users', user('eve@acme.com'));
    expect(await rolesOf(json['id'])).toEqual(['editor']);
  });

  it('a user whom the rules refuse is provisioned, and has nothing; whom they refuse now loses everything', async () => {
    const spec = { authorization: { unmatched: 'refuse', rules: SPEC.authorization.rules }, roles: SPEC.roles };
    const { client } = await server.current.directory('refused', withDirectory({}, spec));
    const { status, json } = await client.post('Users', user('eve@acme.com'));
    const id = String(json['id']);
    expect([status, await rolesOf(id)]).toEqual([201, []]);
    const writers = `Groups/${String((await client.post('Groups', group('Writers', [id]))).json['id'])}`;
    expect(await rolesOf(id)).toEqual(['editor']);
    await client.patch(writers, patchOp({ op: 'remove', path: `members[value eq "${id}"]` }));
    expect(await rolesOf(id)).toEqual([]);
  });

  describe('the brake', () => {
    const brake = { share: 50, window: '1h', atLeast: 2 };
    const directory = (name: string) => server.current.directory(name, withDirectory({ brake }, SPEC));
    const people = async (name: string, count: number) => {
      const made = await directory(name);
      const ids: string[] = [];
      for (let at = 0; at < count; at++)
        ids.push(String((await made.client.post('Users', user(`u${at}@acme.com`))).json['id']));
      return { ...made, ids };
    };

    it('holds what is too many, says why and how to release it, and changes nothing', async () => {
      const { client, organizationId, ids } = await people('brake', 4);
      const off = patchOp({ op: 'replace', path: 'active', value: false });
      const answers = [];
      for (const id of ids) answers.push(await client.patch(`Users/${id}`, off));
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 403, 403]);
      const { json } = answers[2]!;
      expect(json).not.toHaveProperty('scimType');
      expect(json['detail']).toMatch(/^held, nothing was changed: .*rolecall scim release brake [0-9a-f-]{36}$/);
      expect((await client.get(`Users/${ids[2]!}`)).json['active']).toBe(true);
      expect((await client.delete(`Users/${ids[2]!}`)).status).toBe(403);
      const holds = await server.current.database.database.directory.holds(organizationId);
      expect(holds.map(({ holdId }) => holdId)).toContain(String(json['detail']).slice(-36));
    });

    it('holds the last user with sso_admin', async () => {
      const { client } = await directory('last');
      const { json } = await client.post('Users', user('eve@acme.com', { title: 'Lead' }));
      const held = await client.delete(`Users/${String(json['id'])}`);
      expect(held).toMatchObject({ status: 403, json: { detail: expect.stringContaining('sso_admin') } });
    });
  });

  describe('users who sign in already', () => {
    /** A user of sign-ins, with this address, and who a create of the same address comes to. */
    const provision = async (name: string, linkExisting: string, email: string) => {
      const spec = email.endsWith('.com')
        ? SPEC
        : { ...SPEC, emailDomains: { [`${name}.example`]: { verification: 'asserted' } } };
      const { client, organizationId } = await server.current.directory(name, withDirectory({ linkExisting }, spec));
      const [{ user_id: known }] = (await server.current
        .sql(`insert into users (org_id, user_id, email, created_at, updated_at)
        values ('${organizationId}', gen_random_uuid(), '${email}', now(), now()) returning user_id`)) as [
        { user_id: string },
      ];
      const { status, json } = await client.post('Users', user(email.toUpperCase()));
      const [entry] = await server.current.requests(organizationId);
      return { status, isSame: json['id'] === known, told: entry!['hint'] };
    };

    it('are left alone by default', async () => {
      expect(await provision('apart', 'never', 'eve@apart.example')).toEqual({
        status: 201,
        isSame: false,
        told: null,
      });
    });

    it('come under the directory by an address of a domain that is vouched for', async () => {
      const adopted = await provision('adopting', 'verified-domain', 'eve@adopting.example');
      expect(adopted).toEqual({ status: 201, isSame: true, told: expect.stringContaining('Took over') });
    });

    it('are not taken over by an address of a domain that nobody vouches for', async () => {
      expect(await provision('unproved', 'verified-domain', 'eve@nobody.com')).toMatchObject({
        status: 201,
        isSame: false,
      });
    });
  });

  it('X35 a deactivation ends the sessions in its own transaction, and is undone under the same id', async () => {
    const { client, organizationId } = await server.current.directory('sessions', withDirectory({}, SPEC));
    const { json } = await client.post('Users', user('eve@acme.com'));
    const id = String(json['id']);
    await server.current.openSession(organizationId, id);
    const before = (await client.get(`Users/${id}`)).headers['etag'];
    const off = await client.patch(`Users/${id}`, patchOp({ op: 'replace', value: { active: 'False' } }));
    expect([off.status, off.json['active']]).toEqual([200, false]);
    expect(off.headers['etag']).not.toBe(before);
    expect(await server.current.sql(`select from sessions where user_id = '${id}'`)).toEqual([]);
    const receipts = await server.current.sql(`select sessions from offboarding_receipts where user_id = '${id}'`);
    expect(receipts).toEqual([{ sessions: 1 }]);
    const on = await client.patch(`Users/${id}`, patchOp({ op: 'replace', path: 'active', value: 'True' }));
    expect(on.json).toMatchObject({ id, active: true });
  });

  it('E6 writes an audit event with the names of what changed', async () => {
    const { client, organizationId } = await server.current.directory('audited', withDirectory({}, SPEC));
    await client.post('Users', user('eve@acme.com', { title: 'Lead' }));
    const events = await server.current.sql(`select * from audit_events where org_id = '${organizationId}'`);
    const written = events.filter(
      ({ type }) => String(type).startsWith('directory.') || String(type).startsWith('user.'),
    );
    expect(written.length).toBeGreaterThan(0);
    expect(JSON.stringify(written)).not.toContain('eve@acme.com');
  });
});
