import { type LoadedDocument, type LoadedPlatform, renderDiagnostics } from '@rolecall/org-config';
import { fingerprintOf, PLAN_FORMAT_VERSION, rootDigestOf } from '@rolecall/reconcile';
import type { Plan } from '@rolecall/reconcile';
import { discover } from './files/discover.ts';
import { differingFiles, liveDigests } from './files/full.ts';
import { Inventory } from './files/inventory.ts';
import { leftOutText, linesOf } from './files/lines.ts';
import { hasErrors, load, NOTHING_LOADED } from './files/load.ts';
import type { Loaded } from './files/load.ts';
import { Secrets } from './files/secrets.ts';
import type { CollectionKey } from './files/secrets.ts';
import { readSettings } from './files/settings.ts';
import type { Settings } from './files/settings.ts';
import { InvalidConfiguration } from './invalid-configuration.ts';
import type { Io } from './io.ts';
import type { PlanningOptions } from './options.ts';
import { originOf } from './origin.ts';
import { dueText } from './output/directory.ts';
import { endingText } from './output/expiry.ts';
import { limitsOf } from './limits.ts';
import { locate, withSources } from './output/positions.ts';
import { filesText, Progress } from './output/progress.ts';
import { paintFor } from './output/style.ts';
import { changedIn, NOTHING_OPENED, openSealed, sealedOf } from './secrets/open-sealed.ts';
import type { Opened } from './secrets/open-sealed.ts';
import type { Client, PlanRequest, SentOrganization } from './server/client.ts';
import { meaningOf } from './refusal.ts';
import { ServerRefusal } from './server/http.ts';
import { target } from './target.ts';

/** A plan with all that an apply of it needs. */
export interface Planned {
  readonly plan: Plan;
  /** Absent when the server has exactly these files: then there is nothing to send. */
  readonly request?: PlanRequest;
  readonly client: Client;
  readonly loaded: Loaded;
  /** Where the values of the documents' secrets are; absent when the documents come from the server. */
  readonly secrets?: Secrets;
  /** The sealed secrets that the plan changes, as far as there are keys for them. */
  readonly opened: Opened;
}

/** Done once it is known that there is something to plan, and before it is looked at closer. */
export type BeforePlan = (client: Client, collection: string) => Promise<void>;

/**
 * Compares digests first, and parses and sends only files that the last apply did not see. Files that are sent are
 * validated and their tests run. With `full` no digest of a file is believed: all are parsed and compared with what is live.
 *
 * @throws InvalidConfiguration, CommandError
 */
export async function makePlan(
  paths: readonly string[],
  options: PlanningOptions & { readonly out?: string; readonly full?: boolean; readonly names?: boolean },
  io: Io,
  beforePlan: BeforePlan = () => Promise.resolve(),
): Promise<Planned> {
  const settings = readSettings(io.cwd);
  const { client, collection } = target(options, io, settings);
  // `prune: true` of rolecall.yaml is about the whole collection; PATHs may be a part of it
  const prune = options.prune ?? (paths.length === 0 && settings?.prune === true);
  const terms = termsOf(options, settings, io);
  const progress = new Progress(io);
  try {
    const found = discover(paths, io.cwd, settings);
    progress.show(`Reading ${filesText(found.paths.length)} ...`);
    const {
      rootDigest,
      deviating = 0,
      fingerprintKey,
      directoryTokensDue = [],
      endingSoon = [],
    } = await answered(client.collection(collection));
    progress.clear();
    io.err(dueText(directoryTokensDue, io.now) + endingText(endingSoon));
    const key = fingerprintKey === undefined ? undefined : { collection, bytes: Buffer.from(fingerprintKey, 'base64') };
    const secrets = new Secrets({ root: found.root, env: io.env });
    const inventory = new Inventory(found, key && ((text, path) => secrets.digestLines(text, path, key)));
    if (options.full === true) progress.show(`Checking ${filesText(inventory.files.length)} ...`);
    const differing =
      options.full === true
        ? await differingFiles(
            inventory,
            () => answered(liveDigests(client)),
            io.now,
            (checked, whole) => progress.bar('Checking', checked, whole, ' files'),
          )
        : new Set<string>();
    if (!prune && differing.size + deviating === 0 && rootDigest === rootDigestOf(inventory.files)) {
      return {
        plan: nothingToDo(collection, inventory.organizationFiles),
        client,
        loaded: NOTHING_LOADED,
        secrets,
        opened: NOTHING_OPENED,
      };
    }
    await beforePlan(client, collection);
    const digests = inventory.files.map(({ path, digest }) => ({ path, digest }));
    const { changed } = await answered(client.compare(collection, digests));
    const toSend = new Set([...changed, ...differing]);
    progress.show(`Checking ${filesText(toSend.size, 'changed file')} ...`);
    const loaded = await load(
      inventory,
      inventory.files.filter((file) => toSend.has(file.path)),
      io.now,
    );
    if (hasErrors(loaded)) throw new InvalidConfiguration(loaded.diagnostics, loaded.sources);
    if (loaded.diagnostics.length > 0) {
      progress.clear();
      io.err(renderDiagnostics(loaded.diagnostics, loaded.sources, paintFor(io, 'err', options.color)));
    }
    const unchangedFiles = digests.map((file) => file.path).filter((path) => !toSend.has(path));
    const files = withOrganizations(digests, loaded.documents);
    const within = found.within === undefined ? {} : { within: found.within };
    const request = {
      collection,
      ...contentOf(loaded, secrets, key),
      unchangedFiles,
      files,
      ...within,
      prune,
      ...terms,
    };
    progress.show('Waiting for the plan ...');
    const asked = {
      ...(options.out !== undefined && { save: true as const }),
      ...(options.names === true && { names: true as const }),
    };
    const plan = await answered(client.plan({ ...request, ...asked }), loaded);
    const opened = await openChanged(plan, request, io);
    progress.clear();
    io.err(leftOutText(loaded.documents.length));
    if (opened.problems.length > 0) {
      throw new InvalidConfiguration(locate(opened.problems, loaded), loaded.sources);
    }
    return { plan: withSources(plan, loaded), request, client, loaded, secrets, opened };
  } finally {
    progress.clear();
  }
}

/** Opens the sealed secrets that a plan changes, so that what an apply would fail of is said now; without a key it is noted. */
export async function openChanged(plan: Plan, { organizations }: PlanRequest, io: Io): Promise<Opened> {
  const opened = await openSealed(changedIn(plan, sealedOf(organizations.map(({ document }) => document))), io);
  const what = opened.closed === 1 ? 'One sealed secret was' : `${opened.closed} sealed secrets were`;
  if (opened.closed > 0) io.err(`${what} not opened: ROLECALL_AGE_IDENTITY is not set. An apply needs it.\n`);
  return opened;
}

/** What holds for the whole request, whatever is in the files. */
function termsOf(
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
function contentOf(
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

/** Nobody counted the organizations: files stand for them, as one file per organization is advised. */
function nothingToDo(collection: string, files: number): Plan {
  const summary = { create: 0, update: 0, rename: 0, delete: 0, release: 0, adopt: 0, unchanged: files };
  const fingerprint = fingerprintOf([]);
  return {
    formatVersion: PLAN_FORMAT_VERSION,
    collection,
    fingerprint,
    changes: [],
    absent: [],
    overrides: [],
    unmanaged: [],
    summary,
  };
}

function withOrganizations(
  digests: readonly { path: string; digest: string }[],
  documents: readonly LoadedDocument[],
): PlanRequest['files'] {
  const names = Map.groupBy(documents, (loaded) => loaded.file);
  return digests.map((file) => ({
    ...file,
    organizations: (names.get(file.path) ?? []).map(({ document }) => document.metadata.name),
  }));
}

/** Turns a refusal of the server into the exit code and the words that it means for the command. */
export async function answered<T>(call: Promise<T>, loaded: Loaded = NOTHING_LOADED): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw error instanceof ServerRefusal ? meaningOf(error, loaded) : error;
  }
}
