import { join } from 'node:path';
import { documentDigest, patchFile } from '@rolecall/org-config';
import type { FileEdit, Json, LoadedDocument, OrganizationDocument } from '@rolecall/org-config';
import { driftOf, valueInDocument } from '@rolecall/reconcile';
import { CommandError, EXIT } from '../exit.ts';
import type { Io } from '../io.ts';
import { printable } from '../output/printable.ts';
import { answered } from '../planning.ts';
import type { Client } from '../server/client.ts';
import type { Drift, DriftedOrganization } from '../server/drift.ts';
import { discover } from './discover.ts';
import { Inventory } from './inventory.ts';
import { OrganizationFiles } from './organization-files.ts';
import { replaceFile } from './replace-file.ts';
import { readSettings } from './settings.ts';

/** A file with the organizations that it gets the live values of. */
interface Patched {
  readonly path: string;
  readonly text: string;
}

/**
 * Makes files say what is live of their organizations: fields that drifted and entries that nobody declared. Every text is read
 * again before the first file is written, and must say exactly that.
 * @returns the files that changed, as people see them
 * @throws CommandError when a file cannot be changed so; then none is
 */
export async function writeDrift(drift: Drift, paths: readonly string[], client: Client, io: Io): Promise<string[]> {
  const found = discover(paths, io.cwd, readSettings(io.cwd));
  const files = new OrganizationFiles(new Inventory(found));
  const needed = drift.organizations.filter((one) => editsNeeded(one).length > 0);
  const byFile = Map.groupBy(needed, ({ organization, file }) => files.fileOf(organization, file ?? undefined));
  const patched: Patched[] = [];
  for (const [file, organizations] of byFile) {
    if (file === undefined) {
      const names = organizations.map(({ organization }) => organization).join(', ');
      throw cannotWrite(organizations[0]?.file ?? 'the file', `no file that was found declares ${names}`);
    }
    const text = await textOf(files, file, organizations, client);
    if (text !== undefined) patched.push({ path: file, text });
  }
  for (const { path, text } of patched) replaceFile(join(found.root, path), text);
  return patched.map(({ path }) => found.shown(path));
}

function editsNeeded({ fields, unmanaged }: DriftedOrganization): readonly string[] {
  return [...fields.filter(({ override }) => override === null), ...unmanaged].map(({ path }) => path);
}

/** The text that says what is live; undefined when the file says so already. */
async function textOf(
  files: OrganizationFiles,
  file: string,
  organizations: readonly DriftedOrganization[],
  client: Client,
): Promise<string | undefined> {
  const shown = files.shown(file);
  const before = files.documentsIn(file);
  const edits: FileEdit[] = [];
  const live = new Map<string, OrganizationDocument>();
  for (const one of organizations) {
    const { document, revision } = await answered(client.organization(one.organization));
    if (revision !== one.revision) throw cannotWrite(shown, `${one.organization} changes at this moment`);
    live.set(one.organization, document);
    edits.push(...editsOf(one, document, before.get(one.organization)));
  }
  const text = patchFile(files.source(file), edits);
  if (text === undefined) throw cannotWrite(shown, 'a part to change stands behind an alias');
  const after = files.documentsIn(file, text);
  let says = true;
  for (const one of organizations) {
    const [was, is] = [before.get(one.organization)?.document, after.get(one.organization)?.document];
    requireAsLive(is, live.get(one.organization), one, shown);
    if (!was || !is || documentDigest(was) !== documentDigest(is)) says = false;
  }
  return says ? undefined : text;
}

/**
 * Values come from the live document: a report has digests in the place of sealed ones. A list that a template has is
 * declared by the document as a whole then, as lists are not merged.
 */
function editsOf(
  { organization, fields, unmanaged }: DriftedOrganization,
  live: OrganizationDocument,
  before: LoadedDocument | undefined,
): FileEdit[] {
  const edits = new Map<string, FileEdit>();
  const add = (path: string, shown?: Json) => {
    const overridden = fields.some((one) => one.override !== null && one.path.startsWith(`${listOf(path)}/`));
    const list = overridden ? undefined : listOf(path);
    const isInherited = list !== undefined && before?.inheritedFrom(list) !== undefined;
    const pointer = isInherited ? list : path;
    const value = valueInDocument(live, pointer);
    // the order of named entries is reported by their names
    const isOrder = !isInherited && Array.isArray(shown) && Array.isArray(value) && shown.every(isName);
    edits.set(pointer, { organization, pointer, value: isOrder ? shown : value });
  };
  for (const { path, live: shown, override } of fields) if (override === null) add(path, shown);
  for (const { path } of unmanaged) add(path);
  return [...edits.values()];
}

const isName = (value: Json) => typeof value === 'string';

/** The list with named entries that a pointer is, or leads into. */
function listOf(pointer: string): string | undefined {
  return /^\/spec\/(?:authorization\/rules|tests)(?=\/|$)/.exec(pointer)?.[0];
}

/** What the file declares must be live now, save what is overridden for a while. */
function requireAsLive(
  declared: OrganizationDocument | undefined,
  live: OrganizationDocument | undefined,
  { fields, unmanaged }: DriftedOrganization,
  shown: string,
): void {
  if (declared === undefined || live === undefined) throw cannotWrite(shown, 'it would not be valid any more');
  const overridden = new Set(fields.filter(({ override }) => override !== null).map(({ path }) => path));
  const reported = new Set([...fields, ...unmanaged].map(({ path }) => path));
  const left = driftOf(declared, live).filter(({ path }) => reported.has(path) && !overridden.has(path));
  if (left.length > 0)
    throw cannotWrite(
      shown,
      'a part cannot be set where it stands, such as what a metadata file has, or taken away, such as what a template gives',
    );
}

function cannotWrite(file: string, why: string): CommandError {
  const message = `${printable(file)} was not changed, and no other file: ${why}; change it by hand as "rolecall drift" shows`;
  return new CommandError(EXIT.failed, 'cannot_write', message);
}
