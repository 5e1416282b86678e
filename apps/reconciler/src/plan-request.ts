import type { LoadedDocument, LoadedPlatform } from '@rolecall/org-config';
import { linesOf } from './files/lines.ts';
import type { Loaded } from './files/load.ts';
import type { CollectionKey, Secrets } from './files/secrets.ts';
import type { Settings } from './files/settings.ts';
import type { Io } from './io.ts';
import { limitsOf } from './limits.ts';
import type { PlanningOptions } from './options.ts';
import { originOf } from './origin.ts';
import type { PlanRequest, SentOrganization } from './server/client.ts';

/** What holds for the whole request, whatever is in the files. */
export function termsOf(
  { adopt, conflicts, allowReplace, ...options }: PlanningOptions,
  settings: Settings | undefined,
  io: Io,
): Pick<PlanRequest, 'adopt' | 'unmanaged' | 'conflicts' | 'allowReplace' | 'limits' | 'origin'> {
  const limits = limitsOf(options, settings);
  return {
    ...(adopt ? { adopt: true } : {}),
    ...(settings?.unmanaged ? { unmanaged: settings.unmanaged } : {}),
    ...(conflicts ? { conflicts } : {}),
    ...(allowReplace ? { allowReplace: true } : {}),
    ...(limits === undefined ? {} : { limits }),
    origin: originOf(io.env),
  };
}

/** What the files that are sent declare. */
export function contentOf(
  { documents, platform }: Loaded,
  secrets: Secrets,
  key: CollectionKey | undefined,
): Pick<PlanRequest, 'organizations' | 'platform'> {
  const organizations = documents.map((one, index) => ({
    ...sentOrganization(one, secrets, key),
    ...withLines(one, index),
  }));
  return { organizations, ...(platform && { platform: sentPlatform(platform) }) };
}

const sentPlatform = ({ document, file }: LoadedPlatform) => ({ document, file });

/** The document with fingerprints of the secrets whose values are here; the server knows whether one is missing. */
function sentOrganization({ document, file }: LoadedDocument, secrets: Secrets, key?: CollectionKey): SentOrganization {
  const prints = key === undefined ? [] : Object.entries(secrets.fingerprints(document, file, key));
  if (prints.length === 0) return { document, file };
  return { document, file, secrets: Object.fromEntries(prints.map(([at, fingerprint]) => [at, { fingerprint }])) };
}

function withLines(loaded: LoadedDocument, index: number): Pick<SentOrganization, 'lines'> {
  const lines = linesOf(loaded, index);
  return lines === undefined ? {} : { lines };
}

/** Every file of the collection, with the organizations of those that are sent; of the others it is known. */
export function filesOf(
  digests: readonly { readonly path: string; readonly digest: string }[],
  toSend: ReadonlySet<string>,
  { documents }: Loaded,
): Pick<PlanRequest, 'files' | 'unchangedFiles'> {
  const loaded = Map.groupBy(documents, ({ file }) => file);
  const files = digests.map((file) => ({
    ...file,
    organizations: (loaded.get(file.path) ?? []).map(({ document }) => document.metadata.name),
  }));
  return { files, unchangedFiles: digests.map(({ path }) => path).filter((path) => !toSend.has(path)) };
}
