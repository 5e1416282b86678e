import { checkDocument } from '@rolecall/org-config';
import type { Json } from '@rolecall/org-config';
import {
  driftOfCollection,
  endOverrides,
  mergePatch,
  overrideAt,
  placeOf,
  valuesOfDrift,
  writeOrganization,
} from '@rolecall/reconcile';
import type { Override } from '@rolecall/reconcile';
import type { MemoryStateStore } from '@rolecall/reconcile/testing';
import type { OverrideRequest } from '../server/drift.ts';

/** The routes of drift and overrides, over the real reconcile code; undefined = it is none of them. */
export function answerOfDrift(
  store: MemoryStateStore,
  { method, url }: { readonly method: string; readonly url: string },
  body: unknown,
  now: Date,
  limit: number,
): Promise<unknown> | undefined {
  const [, collection, after] = /^\/v1\/collections\/([^/]+)\/drift(?:\?cursor=(.*))?$/.exec(url) ?? [];
  if (collection !== undefined) return driftReport(store, { collection, after, limit }, now);
  const [, name, overrides] = /^\/v1\/organizations\/([^/?]+)(\/overrides)?(?:\?.*)?$/.exec(url) ?? [];
  if (name === undefined) return undefined;
  if (method === 'PATCH') return written(store, name, body as OverrideRequest, now);
  if (overrides === undefined) return undefined;
  const path = new URLSearchParams(url.split('?')[1]).get('path') ?? undefined;
  return store.transaction('commit', async (state) => {
    const head = (await state.heads('', [name])).get(name);
    if (method === 'GET') return { overrides: (await state.overrides(head?.id ?? '')).map(presented) };
    return { overrides: (await endOverrides(state, { name, ...(path && { path }) }, now)).map(presented) };
  });
}

/** As the server's, whose history knows who it was: here it is always the same one. */
function driftReport(
  store: MemoryStateStore,
  { collection, ...page }: { collection: string; after?: string | undefined; limit: number },
  now: Date,
) {
  const author = { by: 'ops', since: now.toISOString() };
  return store.transaction('rollback', async (state) => {
    const { drifts, more, next } = await driftOfCollection(state, collection, page, now);
    const organizations = drifts.map(({ head, declaration, back, fields, unmanaged, overrides, ended }) => ({
      organization: head.name,
      revision: head.revision,
      file: declaration.origin.file ?? null,
      fields: fields.map((field) => ({
        path: field.path,
        action: field.action,
        ...valuesOfDrift({ declaration, back }, field),
        place: placeOf(field.path, declaration.origin) || null,
        ...author,
        override: overrideAt(field.path, overrides) ?? null,
        ended: endedAt(field.path, ended),
      })),
      unmanaged: unmanaged.map((path) => ({ path, ...author })),
    }));
    return { collection, organizations, more, nextCursor: next ?? null };
  });
}

function written(store: MemoryStateStore, name: string, { patch, baseRevision, override }: OverrideRequest, now: Date) {
  return store.transaction('commit', async (state) => {
    const head = (await state.heads('', [name])).get(name);
    const live = (await state.document(head?.id ?? '')) as unknown as Json;
    const { document, digest, diagnostics } = checkDocument(mergePatch(live, patch as Json), '');
    if (document === undefined) throw new Error(diagnostics[0]?.message);
    const wanted = { document, digest, identityProviders: {} };
    const until = { reason: override.reason, expires: new Date(override.expires) };
    const write = { wanted, patch: patch as Json, baseRevision, by: 'ops', override: until };
    const result = await writeOrganization(state, write, now);
    return { ...result, overrides: result.overrides.map(presented) };
  });
}

function presented({ path, by, reason, at, expires, stays }: Override) {
  return { path, by, reason, at: at.toISOString(), expires: expires.toISOString(), refused: refusedOf(stays) };
}

function endedAt(path: string, ended: readonly Override[]) {
  const override = overrideAt(path, ended);
  if (override === undefined) return null;
  const { by, reason, expires, stays } = override;
  return { by, reason, expires: expires.toISOString(), refused: refusedOf(stays) };
}

const refusedOf = (stays?: string) => (stays === undefined || stays === 'pending' ? null : stays);
