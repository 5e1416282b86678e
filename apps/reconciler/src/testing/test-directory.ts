import type { DueToken } from '../server/client.ts';
import type { Directory, DirectoryHold, DirectoryRequest, OffboardingReceipt } from '../server/directory.ts';
import { Refusal } from './test-refusal.ts';

/** What is on record of a directory; requests the newest first. */
export interface TestDirectory {
  readonly status: Directory;
  readonly requests: DirectoryRequest[];
  readonly holds: readonly DirectoryHold[];
  readonly receipts: readonly OffboardingReceipt[];
  readonly due?: readonly DueToken[];
}

const PAGE = 2;

/** The routes of a directory. */
export function answerOfDirectory(directory: TestDirectory, method: string, path: string, body: unknown): unknown {
  const { status, requests, holds, receipts } = directory;
  if (path === '') return status;
  if (path === '/tokens') {
    const [token] = status.tokens;
    const { name } = body as { name: string };
    if (token?.name === name) return { value: 'rcs_VALUE', baseUrl: status.baseUrl, token };
    throw new Refusal(404, 'unknown_directory_token', 'the document declares no token of this name; it declares: okta');
  }
  if (path === '/holds') return { holds };
  if (path.startsWith('/receipts')) return { receipts };
  if (path.startsWith('/requests?')) {
    const query = new URLSearchParams(path.slice('/requests?'.length));
    const outcomes = query.get('outcome')?.split(',');
    const since = Date.parse(query.get('since') ?? '2000-01-01');
    const all = requests
      .filter(({ outcome, at }) => (outcomes?.includes(outcome) ?? true) && Date.parse(at) >= since)
      .filter(({ resourceId }) => resourceId === (query.get('resource') ?? resourceId));
    const from = Number(query.get('cursor') ?? 0);
    const to = from + Math.min(Number(query.get('limit')), query.has('since') ? PAGE : 1000);
    const page = all.slice(from, to).map((entry) => ({ ...entry, payload: undefined }));
    return { requests: page, nextCursor: to < all.length ? String(to) : null };
  }
  const [, what, id] = /^\/(requests|tokens|holds)\/([^/]+)(?:\/release)?$/.exec(path) ?? [];
  const found = [
    ...requests.map(({ requestId }) => requestId),
    ...holds.map((hold) => hold.id),
    ...status.tokens.map((token) => token.id),
  ];
  if (id === undefined || !found.includes(id))
    throw new Refusal(404, 'not_found', `nothing of this id is there (${method} ${what})`);
  return what === 'requests' ? requests.find(({ requestId }) => requestId === id) : { id };
}
