import { renderDiagnostics } from '@rolecall/org-config';
import { fingerprintOf, PLAN_FORMAT_VERSION, rootDigestOf } from '@rolecall/reconcile';
import type { Plan } from '@rolecall/reconcile';
import { CommandError, EXIT } from './exit.ts';
import { declaredBeside } from './files/declared-beside.ts';
import { discover } from './files/discover.ts';
import type { Discovered } from './files/discover.ts';
import { differingFiles, liveDigests } from './files/full.ts';
import { Inventory } from './files/inventory.ts';
import { leftOutText } from './files/lines.ts';
import { hasErrors, load, NOTHING_LOADED } from './files/load.ts';
import type { Loaded } from './files/load.ts';
import { Secrets } from './files/secrets.ts';
import type { CollectionKey } from './files/secrets.ts';
import { readSettings } from './files/settings.ts';
import { InvalidConfiguration } from './invalid-configuration.ts';
import type { Io } from './io.ts';
import type { PlanningOptions } from './options.ts';
import { dueText } from './output/directory.ts';
import { endingText } from './output/expiry.ts';
import { locate, withSources } from './output/positions.ts';
import { filesText, Progress } from './output/progress.ts';
import { paintFor } from './output/style.ts';
import { changedIn, NOTHING_OPENED, openSealed, sealedOf } from './secrets/open-sealed.ts';
import type { Opened } from './secrets/open-sealed.ts';
import { contentOf, filesOf, termsOf } from './plan-request.ts';
import { meaningOf } from './refusal.ts';
import type { Client, Collection, PlanRequest } from './server/client.ts';
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
    if (prune && found.outside) throw pruneOutside(settings?.directory ?? io.cwd);
    progress.show(`Reading ${filesText(found.paths.length)} ...`);
    const known = await answered(client.collection(collection));
    progress.clear();
    io.err(dueText(known.directoryTokensDue ?? [], io.now) + endingText(known.endingSoon ?? []));
    const key = keyOf(collection, known);
    const secrets = new Secrets({ root: found.root, env: io.env });
    const inventory = new Inventory(found, key && ((text, path) => secrets.digestLines(text, path, key)));
    const differing = options.full === true ? await lookedAt(inventory, client, io, progress) : new Set<string>();
    const { rootDigest, deviating = 0 } = known;
    if (!prune && differing.size + deviating === 0 && rootDigest === rootDigestOf(inventory.files)) {
      const plan = nothingToDo(collection, inventory.organizationFiles);
      return { plan, client, loaded: NOTHING_LOADED, secrets, opened: NOTHING_OPENED };
    }
    await beforePlan(client, collection);
    const digests = inventory.files.map(({ path, digest }) => ({ path, digest }));
    const { changed } = await answered(client.compare(collection, digests));
    const toSend = new Set([...changed, ...differing]);
    const loaded = await checked(inventory, toSend, options, io, progress);
    const whole = {
      collection,
      ...contentOf(loaded, secrets, key),
      ...filesOf(digests, toSend, loaded),
      ...(found.within === undefined ? {} : { within: found.within }),
      prune,
      ...terms,
    };
    const asked = {
      ...(options.out !== undefined && { save: true as const }),
      ...(options.names === true && { names: true as const }),
    };
    const ask = (request: PlanRequest) =>
      answered(client.plan(request, progress.users('Waiting for the plan')), loaded);
    const { request, plan } = await planOf(whole, asked, found, ask);
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

/** The files that are to be sent, parsed and checked, their tests included. @throws InvalidConfiguration */
async function checked(
  inventory: Inventory,
  toSend: ReadonlySet<string>,
  options: PlanningOptions,
  io: Io,
  progress: Progress,
): Promise<Loaded> {
  progress.show(`Checking ${filesText(toSend.size, 'changed file')} ...`);
  const files = inventory.files.filter((file) => toSend.has(file.path));
  const loaded = await load(inventory, files, io.now);
  progress.clear();
  refuseErrors(loaded, options, io);
  return loaded;
}

/**
 * The plan of a request, and the request that an apply sends. What the given PATHs no longer have may only have moved: with `prune`
 * that is looked for first, since what only seems to be gone must count for no limit.
 * @param asked what the answer is to bring along beside the plan
 */
async function planOf(
  whole: PlanRequest,
  asked: Pick<PlanRequest, 'save' | 'names'>,
  found: Discovered,
  ask: (request: PlanRequest) => Promise<Plan>,
): Promise<{ readonly request: PlanRequest; readonly plan: Plan }> {
  const looksFirst = whole.prune && found.elsewhere !== undefined;
  const first = await ask(looksFirst ? { ...whole, prune: false } : { ...whole, ...asked });
  const elsewhere = movedAway(first, found);
  const request = elsewhere.length === 0 ? whole : { ...whole, elsewhere };
  return { request, plan: looksFirst || elsewhere.length > 0 ? await ask({ ...request, ...asked }) : first };
}

/** What the given PATHs no longer have, and a file of the collection beside them does: it moved. */
function movedAway({ absent }: Plan, found: Discovered): readonly string[] {
  if (absent.length === 0 || found.elsewhere === undefined) return [];
  const declared = declaredBeside(found);
  return absent.filter((name) => declared.has(name));
}

function pruneOutside(directory: string): CommandError {
  const message = `a PATH is outside of the collection, whose directory is ${directory}, so nobody can tell what left its files; leave --prune out, or run the command in the directory of that collection`;
  return new CommandError(EXIT.usage, 'prune_outside', message);
}

function keyOf(collection: string, { fingerprintKey }: Collection): CollectionKey | undefined {
  return fingerprintKey === undefined ? undefined : { collection, bytes: Buffer.from(fingerprintKey, 'base64') };
}

/** The files whose documents are not what is live, whatever their digests say. */
function lookedAt(inventory: Inventory, client: Client, io: Io, progress: Progress): Promise<ReadonlySet<string>> {
  progress.show(`Checking ${filesText(inventory.files.length)} ...`);
  return differingFiles(
    inventory,
    () => answered(liveDigests(client)),
    io.now,
    (checked, whole) => progress.bar('Checking', checked, whole, ' files'),
  );
}

/** Warnings are said and end nothing. @throws InvalidConfiguration */
function refuseErrors(loaded: Loaded, { color }: PlanningOptions, io: Io): void {
  const { diagnostics, sources } = loaded;
  if (hasErrors(loaded)) throw new InvalidConfiguration(diagnostics, sources);
  if (diagnostics.length > 0) io.err(renderDiagnostics(diagnostics, sources, paintFor(io, 'err', color)));
}

/** Opens the sealed secrets that a plan changes, so that what an apply would fail of is said now; without a key it is noted. */
export async function openChanged(plan: Plan, { organizations }: PlanRequest, io: Io): Promise<Opened> {
  const opened = await openSealed(changedIn(plan, sealedOf(organizations.map(({ document }) => document))), io);
  const what = opened.closed === 1 ? 'One sealed secret was' : `${opened.closed} sealed secrets were`;
  if (opened.closed > 0) io.err(`${what} not opened: ROLECALL_AGE_IDENTITY is not set. An apply needs it.\n`);
  return opened;
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

/** Turns a refusal of the server into the exit code and the words that it means for the command. */
export async function answered<T>(call: Promise<T>, loaded: Loaded = NOTHING_LOADED): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw error instanceof ServerRefusal ? meaningOf(error, loaded) : error;
  }
}
