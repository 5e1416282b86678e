import fc from 'fast-check';
import pg from 'pg';
import { directoryContradictions } from '@rolecall/persistence/testing';
import { group, type Json, TestServer, user, withDirectory } from '../testing/test-server.ts';
import { asText, hostileBulk, hostileFilter, hostilePatch, hostileQuery, type KnownIds } from './hostile-texts.ts';

/** FUZZ_RUNS=10000 is the long run; this many are for every change. */
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 1_000);
const TIMEOUT_MS = 60_000 + RUNS * 30;
const LANES = 4;
/** A request that takes longer alone hangs. */
const HANGS_MS = 100;

const TABLES = [
  'users',
  'identities',
  'grants',
  'memberships',
  'directories',
  'directory_users',
  'directory_emails',
  'directory_groups',
  'directory_members',
  'offboarding_receipts',
  'audit_heads',
];

interface Request {
  readonly method: 'GET' | 'PATCH' | 'POST';
  readonly path: string;
  readonly body?: string;
}

interface OperationAnswer {
  /** Absent when the request's was none. */
  readonly method?: string;
  readonly status: string;
  readonly location?: string;
}

interface Said {
  readonly status: number;
  readonly text: string;
}

/** An organization of its own for each lane, so that what one changes is no change of another. */
interface Lane extends KnownIds {
  readonly organizationId: string;
  readonly token: string;
}

/** Hostile requests, in this process for their number: no 5xx, no hang, and what is refused changes nothing. */
describe('hostile', () => {
  let server: TestServer;
  let lanes: readonly Lane[];
  let owner: pg.Pool;
  /** What each organization had after the request before. */
  const known = new Map<Lane, unknown>();
  /** Requests that took long beside the others. */
  let slow: { readonly lane: Lane; readonly request: Request }[];

  beforeAll(async () => {
    server = await TestServer.start({ ROLECALL_LOG_LEVEL: 'warn' });
    const names = Array.from({ length: LANES }, (_, n) => `lane-${n}`);
    lanes = await Promise.all(names.map(open));
    owner = new pg.Pool({ connectionString: server.database.ownerUrl, max: LANES });
  });
  beforeEach(() => {
    known.clear();
    slow = [];
  });
  afterAll(async () => {
    await owner?.end();
    await server?.close();
  });

  async function open(name: string): Promise<Lane> {
    const { client, organizationId, token } = await server.directory(
      name,
      withDirectory({ brake: { enabled: false } }),
    );
    const ids = async (type: string, bodies: readonly Json[]) => {
      const made = [];
      for (const body of bodies) made.push(String((await client.post(type, body)).json['id']));
      return made;
    };
    const userIds = await ids(
      'Users',
      ['eve', 'mo'].map((one) => user(`${one}@acme.example`, { title: 'Captain' })),
    );
    const groupIds = await ids('Groups', [group('Crew', userIds), group('Guests')]);
    return { organizationId, token, userIds, groupIds };
  }

  async function send({ token }: Lane, { method, path, body }: Request): Promise<Said> {
    const headers = {
      authorization: `Bearer ${token}`,
      ...(body !== undefined && { 'content-type': 'application/scim+json' }),
    };
    const answer = await server.app.inject({
      method,
      url: `/scim/v2/${path}`,
      headers,
      ...(body !== undefined && { payload: body }),
    });
    return { status: answer.statusCode, text: answer.payload };
  }

  /** Sends it, and sees to it that the answer is one of SCIM and no 5xx. */
  async function hold(lane: Lane, request: Request): Promise<Said> {
    const started = performance.now();
    const said = await send(lane, request);
    if (performance.now() - started > HANGS_MS) slow.push({ lane, request });
    const refused = said.status >= 400;
    const asScim = refused ? (JSON.parse(said.text) as Json) : {};
    const isPlain = !refused || (asScim['status'] === String(said.status) && typeof asScim['detail'] === 'string');
    if (said.status >= 500 || !isPlain)
      throw new Error(`${request.method} ${request.path}: ${said.status} ${said.text}`);
    return said;
  }

  const millisecondsOf = async (lane: Lane, request: Request): Promise<number> => {
    const started = performance.now();
    await send(lane, request);
    return performance.now() - started;
  };

  /** Alone and more than once, beside a request that asks for next to nothing: that the machine is busy is no hang. */
  async function nothingHangs(): Promise<void> {
    for (const { lane, request } of slow) {
      let best = Infinity;
      let floor = Infinity;
      for (let n = 0; n < 20 && best > HANGS_MS; n += 1) {
        best = Math.min(best, await millisecondsOf(lane, request));
        floor = Math.min(floor, await millisecondsOf(lane, { method: 'GET', path: 'Users?count=0' }));
      }
      const hangs = best > HANGS_MS && best > 10 * floor;
      expect({ request, hangs }).toEqual({ request, hangs: false });
    }
  }

  /** Everything that the organization's directory has, as one text; the request log and what a hold notes aside. */
  async function contents({ organizationId }: Lane): Promise<unknown> {
    const rows = TABLES.map((table) => `select '${table}' || t::text as row from ${table} t where org_id = $1`);
    const { rows: found } = await owner.query<{ digest: string }>(
      `select md5(coalesce(string_agg(row, E'\\n' order by row), '')) as digest from (${rows.join(' union all ')}) all_of_it`,
      [organizationId],
    );
    return found[0]?.digest;
  }

  /** After a request that was refused everything is as it was after the one before. */
  async function unchangedIf(lane: Lane, refused: boolean): Promise<void> {
    const now = await contents(lane);
    const before = known.get(lane);
    known.set(lane, now);
    if (refused && before !== undefined && now !== before) throw new Error('refused, and something changed');
  }

  /** As many runs as there are to do, in all lanes together. */
  async function everywhere<T>(
    arbitrary: (lane: Lane) => fc.Arbitrary<T>,
    act: (lane: Lane, given: T) => Promise<void>,
  ): Promise<void> {
    const numRuns = RUNS / LANES;
    const runs = lanes.map((lane) =>
      fc.assert(
        fc.asyncProperty(arbitrary(lane), (given) => act(lane, given)),
        { numRuns },
      ),
    );
    await Promise.all(runs);
    await nothingHangs();
  }

  it(
    'filters: each is answered or refused, soon (security.md 26)',
    async () => {
      const before = await Promise.all(lanes.map(contents));
      await everywhere(
        () => fc.tuple(fc.constantFrom('Users', 'Groups'), hostileFilter),
        async (lane, [type, filter]) => {
          const query = encodeURIComponent(filter.toWellFormed());
          const { status } = await hold(lane, { method: 'GET', path: `${type}?count=2&filter=${query}` });
          if (![200, 400, 403, 414].includes(status)) throw new Error(`${status} for ${filter}`);
        },
      );
      expect(await Promise.all(lanes.map(contents))).toEqual(before);
    },
    TIMEOUT_MS,
  );

  it(
    'queries: filters, sorting, paging and projection together, of a type, of both, or of a resource',
    async () => {
      const before = await Promise.all(lanes.map(contents));
      await everywhere(
        (lane) => fc.tuple(fc.constantFrom('Users', 'Groups', '', `Users/${lane.userIds[0]}`), hostileQuery),
        async (lane, [type, parameters]) => {
          const said = Object.entries(parameters).map(([name, value]): [string, string] => [
            name,
            value.toWellFormed(),
          ]);
          const path = `${type}?${new URLSearchParams(said).toString()}`;
          const { status } = await hold(lane, { method: 'GET', path });
          if (![200, 400, 403, 414].includes(status)) throw new Error(`${status} for ${path}`);
        },
      );
      expect(await Promise.all(lanes.map(contents))).toEqual(before);
    },
    TIMEOUT_MS,
  );

  it(
    'PATCH: what is refused changes nothing',
    async () => {
      await everywhere(
        (lane) =>
          fc.tuple(
            fc.constantFrom(...lane.userIds.map((id) => `Users/${id}`), ...lane.groupIds.map((id) => `Groups/${id}`)),
            hostilePatch(lane),
          ),
        async (lane, [path, body]) => {
          const { status } = await hold(lane, { method: 'PATCH', path, body: asText(body) });
          await unchangedIf(lane, status >= 400);
        },
      );
      expect(await directoryContradictions(owner)).toEqual([]);
      expect(Object.keys(Object.prototype)).toEqual([]);
    },
    TIMEOUT_MS,
  );

  it(
    'bulk: what is refused as a whole, or in every operation, changes nothing',
    async () => {
      await everywhere(hostileBulk, async (lane, body) => {
        const { status, text } = await hold(lane, { method: 'POST', path: 'Bulk', body: asText(body) });
        const operations = status === 200 ? ((JSON.parse(text) as Json)['Operations'] as OperationAnswer[]) : [];
        if (operations.some((one) => Number(one.status) >= 500)) throw new Error(`an operation is a 5xx: ${text}`);
        await unchangedIf(
          lane,
          operations.every((one) => Number(one.status) >= 400 && !isIncomplete(one)),
        );
      });
      expect(await directoryContradictions(owner)).toEqual([]);
    },
    TIMEOUT_MS,
  );
});

/** Made, and answered with an error, since what refers to other operations in a circle could not be added; the answer says where. */
function isIncomplete({ method, location }: OperationAnswer): boolean {
  return method === 'POST' && location !== undefined;
}
