import type { FileDigest } from '@rolecall/reconcile';
import { memoryFingerprintKey } from '@rolecall/reconcile/testing';
import type { MemoryStateStore } from '@rolecall/reconcile/testing';
import type { ExpiringItem } from '../server/client.ts';
import type { TestDirectory } from './test-directory.ts';

/** What is on record of the deployment. */
export interface CollectionsOnRecord {
  readonly store: MemoryStateStore;
  readonly directory: TestDirectory | undefined;
  readonly expiring: readonly ExpiringItem[];
}

/** What the routes of a collection (but its lease and its drift) and of the expiry register answer; undefined = none of them. */
export function answerOfCollections(known: CollectionsOnRecord, url: string, body: unknown): unknown {
  const { pathname, searchParams } = new URL(url, 'http://server');
  if (pathname === '/v1/expiry') return expiry(known, searchParams);
  const [, name, compared] = /^\/v1\/collections\/([^/]+)(\/compare)?$/.exec(pathname) ?? [];
  if (name === undefined) return undefined;
  return compared === undefined
    ? collection(known, name)
    : compare(known, name, (body as { files: FileDigest[] }).files);
}

function collection({ store, directory, expiring }: CollectionsOnRecord, name: string) {
  return store.transaction('rollback', async (state) => {
    const { generation, rootDigest, deviating } = await state.collection(name);
    const fingerprintKey = memoryFingerprintKey(name).toString('base64');
    const directoryTokensDue = directory?.due ?? [];
    const endingSoon = expiring.filter(({ kind, daysLeft }) => /^(?:idp|metadata|sp)-/.test(kind) && daysLeft < 30);
    return {
      name,
      generation,
      rootDigest: rootDigest ?? null,
      deviating,
      directoryTokensDue,
      endingSoon,
      fingerprintKey,
    };
  });
}

function compare({ store }: CollectionsOnRecord, name: string, files: readonly FileDigest[]) {
  return store.transaction('rollback', async (state) => {
    const known = new Map((await state.fileDigests(name)).map((file) => [file.path, file.digest]));
    const sent = new Set(files.map((file) => file.path));
    const deviating = [...(await state.heads(name, [])).values()].filter(({ deviation }) => deviation !== undefined);
    const looked = new Set(
      (await state.fileDigests(name))
        .filter(({ organizations }) => deviating.some((head) => organizations.includes(head.name)))
        .map(({ path }) => path),
    );
    const differs = ({ path, digest }: FileDigest) => known.get(path) !== digest || looked.has(path);
    return {
      changed: files.filter(differs).map((file) => file.path),
      removed: [...known.keys()].filter((path) => !sent.has(path)),
    };
  });
}

/** Pages of two. */
function expiry({ expiring }: CollectionsOnRecord, query: URLSearchParams) {
  const [organization, cursor] = [query.get('organization'), Number(query.get('cursor') ?? 0)];
  const all = expiring.filter((item) => organization === null || item.organization === organization);
  const within = all.filter(({ daysLeft }) => daysLeft < Number.parseInt(query.get('within') ?? '99999d', 10));
  const next = cursor + 2;
  return { items: within.slice(cursor, next), nextCursor: next < within.length ? String(next) : null };
}
