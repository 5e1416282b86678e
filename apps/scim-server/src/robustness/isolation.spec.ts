import type { Answer, Client } from '../testing/client.ts';
import { BASE, group, type Json, patchOp, TestServer, user, withDirectory } from '../testing/test-server.ts';
import { type Asked, type Foreign, foreignRequests, type Own } from './foreign-requests.ts';

const ORGANIZATIONS = ['aster', 'birch', 'cedar', 'dogwood'];
const CLIENTS_EACH = 16;

interface Tenant extends Foreign, Own {
  readonly name: string;
  readonly organizationId: string;
  readonly client: Client;
  /** In every text of its resources that a name or an id does not hold; never sent to anybody else's endpoint. */
  readonly secret: string;
}

/** 64 clients of four organizations at once, each with its own token and with what the other three have. */
describe('an organization', () => {
  let server: TestServer;
  let tenants: readonly Tenant[];

  beforeAll(async () => {
    server = await TestServer.start();
    tenants = await Promise.all(ORGANIZATIONS.map(settle));
  });
  afterAll(() => server?.close());

  async function settle(name: string): Promise<Tenant> {
    const { client, organizationId } = await server.directory(name, withDirectory());
    const secret = `secret-of-${name}`;
    const numbers = [1, 2];
    const userNames = numbers.map((n) => `${name}-${n}@${name}.example`);
    const externalIds = numbers.map((n) => `external-${name}-${n}`);
    const userIds: string[] = [];
    for (const [n, userName] of userNames.entries()) {
      const more = { externalId: externalIds[n], displayName: secret, title: secret, nickName: secret };
      userIds.push(await made(client, 'Users', user(userName, { ...more, name: { familyName: secret } })));
    }
    const groupNames = [`Staff of ${name}`, `Guests of ${name}`];
    const groupIds: string[] = [];
    for (const displayName of groupNames) groupIds.push(await made(client, 'Groups', group(displayName, userIds)));
    const own = {
      userId: await made(client, 'Users', user(`own@${name}.example`, { displayName: secret })),
      groupId: await made(client, 'Groups', group(`Own of ${name}`)),
    };
    const page = await client.get('Users?cursor=&count=1');
    const cursor = String(page.json['nextCursor']);
    return {
      name,
      organizationId,
      client,
      secret,
      userIds,
      userNames,
      externalIds,
      groupIds,
      groupNames,
      cursor,
      ...own,
    };
  }

  /** All that one organization's client asks: of the other three, and in between its own daily work. */
  function walkOf(tenant: Tenant, round: number): readonly (Asked & { readonly of?: Tenant })[] {
    const others = tenants.filter((other) => other !== tenant);
    const foreign = others.flatMap((of) => foreignRequests(of, tenant).map((asked) => ({ ...asked, of })));
    return foreign
      .filter((_, n) => n % CLIENTS_EACH === round)
      .flatMap((asked, n) => (n % 8 === 0 ? [asked, ...daily(tenant, `${round}-${n}`)] : [asked]));
  }

  function daily({ name, secret, userIds, groupIds }: Tenant, unique: string): readonly Asked[] {
    const userName = `daily-${unique}@${name}.example`;
    return [
      { method: 'POST', path: 'Users', body: user(userName, { displayName: secret }) },
      { method: 'GET', path: 'Users?count=3' },
      { method: 'GET', path: `Groups/${groupIds[0]}` },
      { method: 'PATCH', path: `Users/${userIds[0]}`, body: patchOp({ op: 'replace', path: 'title', value: secret }) },
    ];
  }

  const secretsOfOthers = (tenant: Tenant) => tenants.filter((other) => other !== tenant).map(({ secret }) => secret);

  /** Empty when the answer is what it must be. */
  function wrong(tenant: Tenant, { expect: want, ...asked }: Asked, answer: Answer): readonly string[] {
    const { status, text, headers, json } = answer;
    const found: string[] = [];
    const said = text + JSON.stringify(headers);
    for (const secret of secretsOfOthers(tenant)) if (said.includes(secret)) found.push(`says ${secret}`);
    if (!said.includes(tenant.secret) && /secret-of-/.test(said)) found.push('says a secret');
    const locations = said.match(/https?:\/\/[^"\\]*\/scim\/v2/g) ?? [];
    if (locations.some((location) => location !== `${BASE}/scim/v2`)) found.push(`is elsewhere: ${locations.join()}`);
    if (status >= 500) found.push('5xx');
    if (want === 'not_found' && status !== 404) found.push('is no 404');
    if (want === 'empty' && (status !== 200 || json['totalResults'] !== 0)) found.push('is no empty list');
    if (want === 'refused' && !isRefused(answer)) found.push('is not refused');
    return found.map(
      (what) => `${tenant.name}: ${asked.method} ${asked.path} ${status} ${what}: ${text.slice(0, 300)}`,
    );
  }

  /** What the organizations had before the walk, row by row. */
  const rowsOf = (tenant: Tenant) =>
    server.sql(`
      select 'user' as kind, user_id as id, body->>'userName' as name, external_id, version = 1 as fresh
      from directory_users where user_id in (${quoted(tenant.userIds.slice(1))}) union all
      select 'group', group_id, display_name, external_id, version = 1
      from directory_groups where group_id in (${quoted(tenant.groupIds)}) union all
      select 'member', group_id, user_id::text, null, true
      from directory_members where group_id in (${quoted([...tenant.groupIds, tenant.groupId])}) order by 1, 2, 3`);

  it('gets no byte of another one and leaves no row at another one, whatever ids, names and cursors it has', async () => {
    const before = await Promise.all(tenants.map(rowsOf));
    const answers = tenants.flatMap((tenant) =>
      Array.from({ length: CLIENTS_EACH }, async (_, round) => {
        const found: string[] = [];
        for (const asked of walkOf(tenant, round)) {
          const { method, path, body, headers } = asked;
          found.push(...wrong(tenant, asked, await tenant.client.call(method, path, { body, headers })));
        }
        return found;
      }),
    );
    expect((await Promise.all(answers)).flat()).toEqual([]);
    expect(await Promise.all(tenants.map(rowsOf))).toEqual(before);
    expect(await misplaced()).toEqual([]);
    for (const tenant of tenants) await everythingIsTheirs(tenant);
  }, 120_000);

  /** Rows of any table that have a text of one organization and belong to another. */
  async function misplaced(): Promise<readonly Json[]> {
    const tables = await server.sql(`
      select c.table_name as name from information_schema.columns c join information_schema.tables t using (table_name)
      where c.column_name = 'org_id' and c.table_schema = 'public' and t.table_type = 'BASE TABLE'`);
    const found: Json[] = [];
    for (const { name } of tables) {
      for (const { organizationId, secret, name: own } of tenants) {
        const mine = `t::text like '%${secret}%' or t::text like '%@${own}.example%'`;
        const others = name === 'directory_requests' ? `t::text like '%${secret}%'` : mine;
        const rows = await server.sql(
          `select '${String(name)}' as table, t::text as row from "${String(name)}" t
           where t.org_id <> '${organizationId}' and (${others}) limit 3`,
        );
        found.push(...rows);
      }
    }
    return found;
  }

  async function everythingIsTheirs({ client, name, secret }: Tenant): Promise<void> {
    const { json } = await client.get('Users?count=1000');
    const users = json['Resources'] as Json[];
    expect(
      users.every((one) => String(one['userName']).endsWith(`@${name}.example`) && one['displayName'] === secret),
    ).toBe(true);
    expect(json['totalResults']).toBe(users.length);
  }
});

async function made(client: Client, type: string, body: Json): Promise<string> {
  const { status, json, text } = await client.post(type, body);
  if (status !== 201) throw new Error(`${status} ${text}`);
  return String(json['id']);
}

/** Refused as a whole; of a bulk request, every operation. */
function isRefused({ status, json }: Answer): boolean {
  const operations = json['Operations'] as { readonly status: string }[] | undefined;
  return operations ? operations.every((one) => Number(one.status) >= 400) : status >= 400;
}

function quoted(ids: readonly string[]): string {
  return ids.map((id) => `'${id}'`).join();
}
