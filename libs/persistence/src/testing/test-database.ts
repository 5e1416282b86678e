import { createHash, randomBytes } from 'node:crypto';
import pg from 'pg';
import { openDatabase } from '../database.ts';
import type { Database } from '../database.ts';
import { MIGRATIONS } from '../migrations/index.ts';
import { migrate } from '../migrations/migrate.ts';
import { RUNTIME_ROLE } from '../migrations/runtime-role.ts';

/** Roles belong to the cluster, so all test databases share this password. */
const RUNTIME_PASSWORD = 'runtime-of-tests';
const TEMPLATE_LOCK = 7_265_115_118;

export interface TestDatabase {
  /** Of the runtime role. */
  readonly url: string;
  /** Of the owner, here a superuser. */
  readonly ownerUrl: string;
  readonly masterKey: Buffer;
  readonly database: Database;
  /** Closes the database and drops it. */
  readonly drop: () => Promise<void>;
}

/**
 * A fresh, migrated database on the cluster of TEST_PG_URL (given by `jest.db.preset.js`), copied from a template that is
 * made once per cluster and set of migrations. Call `drop()` when done.
 */
export async function testDatabase(options: { readonly poolSize?: number } = {}): Promise<TestDatabase> {
  const clusterUrl = urlOfCluster();
  const template = await onCluster(clusterUrl, (cluster) => ensureTemplate(cluster, clusterUrl));
  return openNew(template, randomBytes(32), options.poolSize ?? 4);
}

async function openNew(template: string, masterKey: Buffer, poolSize: number): Promise<TestDatabase> {
  const clusterUrl = urlOfCluster();
  const name = `t_${randomBytes(8).toString('hex')}`;
  await onCluster(clusterUrl, (cluster) => cluster.query(`create database ${name} template ${template}`));
  const ownerUrl = withDatabase(clusterUrl, name);
  const url = asRuntime(ownerUrl);
  const database = await openDatabase({ url, masterKey, applicationName: name, poolSize });
  const drop = async () => {
    await database.close();
    await onCluster(clusterUrl, (cluster) => cluster.query(`drop database ${name} with (force)`));
  };
  return { url, ownerUrl, masterKey, database, drop };
}

/**
 * A database that is what another one was at one moment, as a restored dump is: all tables, nothing of what comes later.
 * @param of nobody may be connected to it: close what uses it first
 */
export async function restoredDatabase(of: Pick<TestDatabase, 'ownerUrl' | 'masterKey'>): Promise<TestDatabase> {
  const template = new URL(of.ownerUrl).pathname.slice(1);
  return openNew(template, of.masterKey, 4);
}

/** The name of the migrated template; the lock lets one process of the cluster make it while the others wait. */
async function ensureTemplate(cluster: pg.Client, clusterUrl: string): Promise<string> {
  const steps = createHash('sha256').update(JSON.stringify(MIGRATIONS)).digest('hex').slice(0, 16);
  const template = `rolecall_template_${steps}`;
  const exists = async () => {
    const { rowCount } = await cluster.query('select from pg_database where datname = $1', [template]);
    return rowCount === 1;
  };
  if (await exists()) return template;
  await cluster.query('select pg_advisory_lock($1)', [TEMPLATE_LOCK]);
  try {
    if (await exists()) return template;
    const draft = `${template}_draft`;
    await cluster.query(`drop database if exists ${draft} with (force)`);
    await cluster.query(`create database ${draft}`);
    await migrate({ ownerUrl: withDatabase(clusterUrl, draft), runtimePassword: RUNTIME_PASSWORD });
    await cluster.query(`alter database ${draft} rename to ${template}`);
    return template;
  } finally {
    await cluster.query('select pg_advisory_unlock($1)', [TEMPLATE_LOCK]);
  }
}

function urlOfCluster(): string {
  const clusterUrl = process.env['TEST_PG_URL'];
  if (clusterUrl === undefined) throw new Error('TEST_PG_URL is not set; use jest.db.preset.js');
  return clusterUrl;
}

async function onCluster<T>(url: string, work: (cluster: pg.Client) => Promise<T>): Promise<T> {
  const cluster = new pg.Client({ connectionString: url });
  await cluster.connect();
  try {
    return await work(cluster);
  } finally {
    await cluster.end();
  }
}

function withDatabase(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}

function asRuntime(url: string): string {
  const changed = new URL(url);
  changed.username = RUNTIME_ROLE;
  changed.password = RUNTIME_PASSWORD;
  return changed.href;
}
