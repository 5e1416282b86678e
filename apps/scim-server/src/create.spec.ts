import { randomUUID } from 'node:crypto';
import { readProjection } from '@rolecall/scim';
import type { Call } from './directory/call.ts';
import { createUser } from './directory/create-user.ts';
import { DirectoryOrganizations } from './directory/organization.ts';
import { replaceUser } from './directory/replace-user.ts';
import { Notes } from './log/notes.ts';
import {
  BASE,
  ENTERPRISE,
  ERROR,
  type Json,
  patchOp,
  user,
  USER,
  useTestServer,
  withDirectory,
} from './testing/test-server.ts';

describe('creating users', () => {
  const server = useTestServer();
  const directory = (name: string, scim?: object, spec?: object) =>
    server.current.directory(name, withDirectory(scim, spec));

  it('C1 C5 answers 201 with the whole resource, its Location, its version', async () => {
    const { client } = await directory('create');
    const { status, headers, json } = await client.post(
      'Users',
      user('eve@acme.com', { externalId: '00u1', title: 'Lead' }),
    );
    expect(status).toBe(201);
    expect(json).toEqual({
      schemas: [USER],
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      externalId: '00u1',
      userName: 'eve@acme.com',
      title: 'Lead',
      name: { givenName: 'Eve', familyName: 'Adams' },
      emails: [{ value: 'eve@acme.com', type: 'work', primary: true }],
      active: true,
      meta: {
        resourceType: 'User',
        created: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        lastModified: (json['meta'] as Json)['created'],
        location: `${BASE}/scim/v2/Users/${String(json['id'])}`,
        version: headers['etag'],
      },
    });
    expect(headers['location']).toBe((json['meta'] as Json)['location']);
    expect(headers['etag']).toMatch(/^W\/"\d+"$/);
    expect((await client.get(`Users/${String(json['id'])}`)).json).toEqual(json);
  });

  it('C2 gives ids of its own, whatever the client sends', async () => {
    const { client } = await directory('ids');
    const id = 'bulkId:7';
    const { json } = await client.post(
      'Users',
      user('a@x.com', { id, meta: { version: 'W/"9"' }, groups: [{ value: 'g' }] }),
    );
    expect(json['id']).not.toBe(id);
    expect(json).not.toHaveProperty('groups');
    expect((json['meta'] as Json)['version']).not.toBe('W/"9"');
  });

  it('C3 refuses a userName that is there, in whatever case', async () => {
    const { client } = await directory('unique');
    await client.post('Users', user('Eve@acme.com'));
    const { status, json } = await client.post('Users', user('eve@ACME.com'));
    expect(status).toBe(409);
    expect(json).toEqual({
      schemas: [ERROR],
      status: '409',
      scimType: 'uniqueness',
      detail: expect.stringContaining('userName'),
    });
  });

  it('C3 makes one of many that come at once', async () => {
    const { client } = await directory('race');
    const answers = await Promise.all(Array.from({ length: 8 }, () => client.post('Users', user('eve@acme.com'))));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
      201, 409, 409, 409, 409, 409, 409, 409,
    ]);
  });

  it('C4 infers missing schemas in tolerant mode, and refuses them in strict mode', async () => {
    const tolerant = await directory('tolerant');
    const strict = await directory('strict', { mode: 'strict' });
    const { schemas: _, ...without } = user('eve@acme.com');
    expect((await tolerant.client.post('Users', without)).json['schemas']).toEqual([USER]);
    expect(await strict.client.post('Users', without)).toMatchObject({
      status: 400,
      json: { scimType: 'invalidSyntax' },
    });
  });

  it.each([{}, { userName: '' }, { userName: null }, { userName: '  ' }])('C4 needs a userName: %j', async (said) => {
    const { client } = await directory(`name-${Math.random().toString(36).slice(2, 8)}`);
    const { userName: _, ...rest } = user('x');
    const { status, json } = await client.post('Users', { ...rest, ...said });
    expect([status, json['scimType']]).toEqual([400, 'invalidValue']);
    expect(json['detail']).toContain('userName');
  });

  it('C6 takes null, empty lists and absent for the same: not there', async () => {
    const { client } = await directory('empty');
    const { json } = await client.post(
      'Users',
      user('eve@acme.com', { roles: [], title: null, nickName: '', groups: [] }),
    );
    for (const name of ['roles', 'title', 'nickName', 'groups']) expect(json).not.toHaveProperty(name);
  });

  it('C7 takes attributes under the URN of the core schema', async () => {
    const { client } = await directory('urn');
    const { json } = await client.post('Users', {
      schemas: [USER],
      [USER]: { userName: 'eve@acme.com', title: 'Lead' },
    });
    expect(json).toMatchObject({ userName: 'eve@acme.com', title: 'Lead' });
    expect(json).not.toHaveProperty([USER]);
  });

  it('C8 leaves out what it does not know, and says so in the request log; strict mode refuses it', async () => {
    const { client, organizationId } = await directory('unknown');
    const odd = user('eve@acme.com', { favouriteColour: 'blue', 'urn:example:odd': { a: 1 } });
    const { status, json } = await client.post('Users', odd);
    expect(status).toBe(201);
    expect(json).not.toHaveProperty('favouriteColour');
    const [entry] = await server.current.requests(organizationId);
    expect(entry).toMatchObject({ outcome: 'applied', hint: expect.stringContaining('favouriteColour') });
    expect(entry!['quirks']).toEqual(expect.arrayContaining(['unknown_attribute', 'unknown_schema']));
    const strict = await directory('unknown-strict', { mode: 'strict' });
    expect(await strict.client.post('Users', odd)).toMatchObject({ status: 400, json: { scimType: 'invalidSyntax' } });
  });

  it('C9 creates active users, and understands booleans as text', async () => {
    const { client } = await directory('active');
    const { active: _, ...without } = user('a@acme.com');
    expect((await client.post('Users', without)).json['active']).toBe(true);
    const emails = [{ value: 'b@acme.com', primary: 'True' }];
    const { json } = await client.post('Users', user('b@acme.com', { active: 'False', emails }));
    expect(json).toMatchObject({ active: false, emails: [{ primary: true }] });
  });

  it('C10 A1 answers with the attributes that were asked for', async () => {
    const { client } = await directory('projected');
    const { json } = await client.post('Users?attributes=userName', user('eve@acme.com'));
    expect(json).toEqual({ schemas: [USER], id: expect.any(String), userName: 'eve@acme.com' });
    const other = await client.post('Users?excludedAttributes=emails,name,id', user('eva@acme.com'));
    expect(other.json).toMatchObject({ id: expect.any(String), userName: 'eva@acme.com' });
    expect(other.json).not.toHaveProperty('emails');
  });

  it.each([
    ['reactivate', 201, { active: true, title: 'Back' }],
    ['conflict', 409, { scimType: 'uniqueness' }],
  ])('C11 L5 meets an inactive user of the name: %s', async (reprovision, status, said) => {
    const { client } = await directory(reprovision, { reprovision });
    const { json } = await client.post('Users', user('eve@acme.com', { active: false, externalId: '1' }));
    const again = await client.post('Users', user('EVE@acme.com', { externalId: '1', title: 'Back' }));
    expect(again).toMatchObject({ status, json: said });
    expect([json['id'], undefined]).toContain(again.json['id']);
  });

  it('C3 C11 brings a user back once when many ask at one moment: one 201, and the others meet it', async () => {
    const { client } = await directory('back-at-once');
    await client.post('Users', user('eve@acme.com', { active: false }));
    const again = Array.from({ length: 12 }, () => client.post('Users', user('eve@acme.com')));
    const statuses = (await Promise.all(again)).map(({ status }) => status);
    expect(statuses.toSorted((a, b) => a - b)).toEqual([201, ...Array.from({ length: 11 }, () => 409)]);
  });

  it('T1 T2 lists the schemas that are in use, the enterprise one with its manager', async () => {
    const { client } = await directory('enterprise');
    const manager = (await client.post('Users', user('boss@acme.com', { displayName: 'The Boss' }))).json['id'];
    const { json } = await client.post(
      'Users',
      user('eve@acme.com', {
        schemas: [USER, ENTERPRISE],
        [ENTERPRISE]: {
          employeeNumber: '7',
          costCenter: 'c',
          organization: 'o',
          division: 'd',
          department: 'x',
          manager: { value: manager },
        },
      }),
    );
    expect(json['schemas']).toEqual([USER, ENTERPRISE]);
    expect(json[ENTERPRISE]).toMatchObject({ employeeNumber: '7', department: 'x', manager: { value: manager } });
    const unused = await client.post('Users', user('eva@acme.com', { schemas: [USER, ENTERPRISE] }));
    expect(unused.json['schemas']).toEqual([USER]);
  });

  it('T3 has the attributes that the organization declared', async () => {
    const urn = 'urn:ietf:params:scim:schemas:extension:acme:2.0:User';
    const extension = { urn, attributes: { tier: { type: 'string' }, badge: { type: 'integer' } } };
    const { client } = await directory('extended', { extension });
    const { json } = await client.post(
      'Users',
      user('eve@acme.com', { schemas: [USER, urn], [urn]: { tier: 'gold', badge: 7 } }),
    );
    expect(json).toMatchObject({ schemas: [USER, urn], [urn]: { tier: 'gold', badge: 7 } });
    const wrong = await client.post('Users', user('eva@acme.com', { [urn]: { badge: 1.5 } }));
    expect(wrong).toMatchObject({
      status: 400,
      json: { scimType: 'invalidValue', detail: expect.stringContaining('badge') },
    });
  });

  it('T4 takes one externalId twice', async () => {
    const { client } = await directory('external');
    expect((await client.post('Users', user('a@acme.com', { externalId: 'X' }))).status).toBe(201);
    expect((await client.post('Users', user('b@acme.com', { externalId: 'X' }))).status).toBe(201);
  });

  it('T5 drops passwords: not in the answer, the log, the database', async () => {
    const { client, organizationId } = await directory('password');
    const { status, text } = await client.post('Users', user('eve@acme.com', { password: 'correct-horse' }));
    expect([status, text.includes('correct-horse')]).toEqual([201, false]);
    expect(JSON.stringify(await server.current.requests(organizationId))).not.toContain('correct-horse');
    expect(JSON.stringify(await server.current.sql('select * from directory_users'))).not.toContain('correct-horse');
    expect(server.current.log.join('')).not.toContain('correct-horse');
  });

  it('H3 T9 keeps texts as they were sent', async () => {
    const { client } = await directory('texts');
    const texts = ['Zoë', 'Zoe\u0308', '👩‍🚀', 'עברית', '\u202Erotcod'];
    for (const [at, displayName] of texts.entries()) {
      const phoneNumbers = [{ value: ' +49 (0) 30/123 ', type: 'work' }];
      const sent = user(`u${at}@acme.com`, { displayName, phoneNumbers });
      const headers = { 'content-type': 'application/json; charset=utf-8', accept: '*/*' };
      const { json } = await client.post('Users', sent, headers);
      expect(json).toMatchObject({ displayName, phoneNumbers });
    }
  });

  describe('e-mail domains', () => {
    const spec = { emailDomains: { 'kite.example': { verification: 'asserted' } } };

    it('refuses an address of a domain that the organization has not', async () => {
      const { client } = await directory('domains', {}, spec);
      const refused = await client.post('Users', user('eve@other.example'));
      expect(refused).toMatchObject({ status: 400, json: { scimType: 'invalidValue' } });
      expect(refused.json['detail']).toMatch(/emails: other\.example.*kite\.example/);
      expect((await client.post('Users', user('eve@kite.example'))).status).toBe(201);
    });

    it('takes white space around an address away before it asks whose domain it is', async () => {
      const { client } = await directory('padded');
      const refused = await client.post('Users', user('eve', { emails: [{ value: ' ceo@kite.example ' }] }));
      expect(refused.json['detail']).toMatch(/^emails: .*another organization/);
      const { json } = await client.post('Users', user('eve', { emails: [{ value: 'eve@own.example\t' }] }));
      expect(json).toMatchObject({ emails: [{ value: 'eve@own.example' }] });
    });

    it.each([
      'ceo@ kite.example',
      'ceo@kite.example.',
      'ceo@kite.example,eve@own.example',
      'ceo@\u212aite.example',
      '"ceo@kite.example"@own.example',
      'ceo',
    ])('refuses the primary address %j: somebody else reads it as another', async (value) => {
      const { client } = await directory(`plain-${randomUUID().slice(0, 8)}`);
      const refused = await client.post('Users', user('eve', { emails: [{ value }] }));
      expect(refused).toMatchObject({ status: 400, json: { scimType: 'invalidValue' } });
      expect(refused.json['detail']).toMatch(/^emails: the primary address is no plain/);
      const emails = [{ value: 'eve@own.example', primary: true }, { value }];
      const { json } = await client.post('Users', user('eve', { emails }));
      expect(json).toMatchObject({ emails });
      const path = `Users/${String(json['id'])}`;
      expect((await client.put(path, user('eve', { emails: [{ value }] }))).json['detail']).toMatch(/^emails: /);
      const patched = await client.patch(path, patchOp({ op: 'replace', path: 'emails', value: [{ value }] }));
      expect(patched.json['detail']).toMatch(/^emails: /);
    });

    it('are those of the rules that are live when it writes', async () => {
      const { client, organizationId } = await directory('overtaken');
      const { json } = await client.post('Users', user('eve@own.example'));
      const { database } = server.current.database;
      const organizations = new DirectoryOrganizations(database.organizations);
      const organization = (await organizations.byId(organizationId))!;
      const declared = withDirectory({}, { emailDomains: { 'overtaken.example': { verification: 'asserted' } } });
      await server.current.apply(organizationId, 'overtaken', declared);
      const call: Call = {
        organization,
        actor: { tokenName: 'okta', traceId: '0'.repeat(32), at: new Date() },
        notes: new Notes(),
        store: database.directory,
        base: BASE,
        anew: async () => (await organizations.byIdAnew(organizationId))!,
      };
      const projection = readProjection({}, organization.schemas.user);
      const sent = user('ada@own.example');
      const refusal = { status: 400, detail: expect.stringContaining('overtaken.example') };
      await expect(createUser(call, sent, projection)).rejects.toMatchObject(refusal);
      const put = replaceUser(call, String(json['id']), sent, undefined, projection);
      await expect(put).rejects.toMatchObject(refusal);
    });

    it('knows a domain of another organization in every spelling', async () => {
      await directory('umlaut', {}, { emailDomains: { 'xn--bcher-kva.example': { verification: 'asserted' } } });
      const { client } = await directory('spelling');
      const refused = await client.post('Users', user('eve@b\u00fccher.example'));
      expect(refused).toMatchObject({ status: 400, json: { scimType: 'invalidValue' } });
    });

    it("refuses an address of another organization's domain in an organization that declares none", async () => {
      const { client } = await directory('without-domains');
      const refused = await client.post('Users', user('eve@kite.example'));
      expect(refused).toMatchObject({ status: 400, json: { scimType: 'invalidValue' } });
    });
  });
});
