import pg from 'pg';
import { inTransaction } from './sql.ts';
import { connected, useTestDatabase } from './testing/fixture.ts';

const test = useTestDatabase();
const inserted = (key: string) => `insert into kept (key) values ('${key}')`;
let pool: pg.Pool;
let failing: boolean;

const rows = async () => {
  const { rows: found } = await pool.query<{ key: string }>('select key from kept order by key');
  return found.map(({ key }) => key);
};

describe('a transaction whose BEGIN fails', () => {
  beforeAll(async () => {
    await connected(test.current.ownerUrl, (owner) =>
      owner.query('create table kept (key text); grant select, insert on kept to public'),
    );
    pool = new pg.Pool({ connectionString: test.current.url, max: 1, pipeline: true });
    pool.on('connect', (client) => {
      const original = client.query.bind(client);
      // as one that is cancelled: PostgreSQL answers with an error, and no transaction is open
      client.query = ((query: string, ...rest: []) =>
        original(failing && query === 'begin' ? 'begin nonsense' : query, ...rest)) as typeof client.query;
    });
  });
  beforeEach(() => {
    failing = true;
  });
  afterAll(() => pool.end());

  it.each<[string, (client: pg.PoolClient) => Promise<unknown>]>([
    ['one by one', async (client) => [await client.query('select 1'), await client.query(inserted('second'))]],
    ['together', (client) => Promise.all([client.query('select 1'), client.query(inserted('second'))])],
    [
      'whatever becomes of the first',
      async (client) => {
        await client.query('select nonsense').catch(() => undefined);
        await client.query(inserted('second')).catch(() => undefined);
        await client.query(inserted('third')).catch(() => undefined);
      },
    ],
  ])('sends no second statement: %s', async (_how, work) => {
    await expect(inTransaction(pool, {}, work)).rejects.toMatchObject({ code: '42601' });
    failing = false;
    expect(await rows()).toEqual([]);
  });

  it('says so when there is one statement, and the connection is good for the next', async () => {
    await expect(inTransaction(pool, {}, (client) => client.query('select 1'))).rejects.toMatchObject({
      code: '42601',
    });
    failing = false;
    const work = async (client: pg.PoolClient) => [
      await client.query(inserted('a')),
      await client.query(inserted('b')),
    ];
    await inTransaction(pool, { end: 'rollback' }, work);
    expect(await rows()).toEqual([]);
    await inTransaction(pool, {}, work);
    expect(await rows()).toEqual(['a', 'b']);
  });
});
