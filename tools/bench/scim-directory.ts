// A SCIM server process on a database of its own, with directories of given sizes.
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { API_VERSION, type OrganizationDocument } from '@rolecall/org-config';
import { fillDirectory, seedOrganization, testDatabase } from '@rolecall/persistence/testing';
import pg from 'pg';
import { freePort } from '../system/ports.ts';
import { startServer } from './measure.ts';
import type { Directory } from './scim-operations.ts';

/** Users beyond a directory's size: those who join groups and who are deactivated while it is measured. */
const JOINING = 8_000;
export const GROUP_SIZES = [10, 1_000, 10_000, 100_000] as const;

export interface BenchScim {
  readonly pid: number;
  readonly origin: string;
  readonly ownerUrl: string;
  /** Makes a directory of this many users, and one group of each size that fits. */
  directory(name: string, size: number): Promise<Directory>;
  /** Tells the planner what the directories are; call it when they are made. */
  settle(): Promise<void>;
  stop(): Promise<void>;
}

/** Twenty rules, as at the gateway; deactivating everybody is what is measured, so nothing brakes it. */
function documentOf(name: string): OrganizationDocument {
  return {
    apiVersion: API_VERSION,
    kind: 'Organization',
    metadata: { name },
    spec: {
      scopes: { 'account/main': {}, 'project/shop': { parent: 'account/main' } },
      groups: { 'team/dev': {} },
      authorization: {
        rules: Array.from({ length: 20 }, (_, n) => ({
          name: `rule-${n}`,
          when: { attribute: 'title', equals: `title ${n}` },
          ...(n % 2 === 0 ? { grants: { 'project/shop': ['member'] } } : { groups: ['team/dev'] }),
        })),
      },
      scim: { tokens: { bench: {} }, brake: { share: 100 } },
    },
  };
}

/** @param profile where the server's CPU profile is written when it ends; undefined = nothing is profiled */
export async function startScim(profile?: string): Promise<BenchScim> {
  const db = await testDatabase();
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const server = await startServer({
    script: fileURLToPath(new URL('../../apps/scim-server/dist/main.js', import.meta.url)),
    env: {
      NODE_ENV: 'production',
      DATABASE_URL: db.url,
      ROLECALL_SCIM_URL: origin,
      ROLECALL_SCIM_CURSOR_KEY: randomBytes(32).toString('base64'),
      ROLECALL_SCIM_RATE: 'off', // one directory gets all of the load
      ROLECALL_LOG_LEVEL: 'warn',
      PORT: String(port),
    },
    readyUrl: `${origin}/readyz`,
    ...(profile !== undefined && { nodeOptions: ['--cpu-prof', `--cpu-prof-dir=${profile}`] }),
  });
  const owner = new pg.Client({ connectionString: db.ownerUrl });
  await owner.connect();
  return {
    pid: server.pid,
    origin,
    ownerUrl: db.ownerUrl,
    async directory(name, size) {
      const { id, revision } = await seedOrganization(db.database, documentOf(name), {});
      const users = size + JOINING;
      const groups = GROUP_SIZES.filter((members) => members <= size);
      await fillDirectory(owner, id, { users, groups });
      const issued = await db.database.directoryTokens.issue(
        id,
        { name: 'bench', revision, rotateSeconds: 86_400, overlapSeconds: 3_600 },
        { by: 'bench', now: new Date() },
      );
      if (issued === 'too_many') throw new Error('too many tokens');
      return { path: '/scim/v2', token: issued.value, size, users, groups };
    },
    async settle() {
      await owner.query('vacuum analyze');
    },
    async stop() {
      await owner.end();
      await server.stop();
      await db.drop();
    },
  };
}
