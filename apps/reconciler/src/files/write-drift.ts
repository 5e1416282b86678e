import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { documentDigest, loadDocuments, patchFile } from '@rolecall/org-config';
import type { FileEdit, OrganizationDocument } from '@rolecall/org-config';
import { driftOf, valueInDocument } from '@rolecall/reconcile';
import { CommandError, EXIT } from '../exit.ts';
import type { Io } from '../io.ts';
import { printable } from '../output/printable.ts';
import { answered } from '../planning.ts';
import type { Client } from '../server/client.ts';
import type { Drift, DriftedOrganization } from '../server/drift.ts';
import { discover } from './discover.ts';
import type { Discovered } from './discover.ts';
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
  const known = new Set(found.paths);
  const byFile = Map.groupBy(
    drift.organizations.filter((one) => editsNeeded(one).length > 0),
    ({ file }) => file ?? '',
  );
  const patched: Patched[] = [];
  for (const [file, organizations] of byFile) {
    if (!known.has(file)) throw cannotWrite(file === '' ? 'the file' : file, 'it is not among the files');
    const text = await textOf(found, file, organizations, client);
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
  { root, shown }: Discovered,
  file: string,
  organizations: readonly DriftedOrganization[],
  client: Client,
): Promise<string | undefined> {
  const source = { path: file, text: readFileSync(join(root, file), 'utf8') };
  const edits: FileEdit[] = [];
  const live = new Map<string, OrganizationDocument>();
  for (const one of organizations) {
    const { document, revision } = await answered(client.organization(one.organization));
    if (revision !== one.revision) throw cannotWrite(shown(file), `${one.organization} changes at this moment`);
    live.set(one.organization, document);
    edits.push(...editsOf(one, document));
  }
  const text = patchFile(source, edits);
  if (text === undefined) throw cannotWrite(shown(file), 'a part to change stands behind an alias');
  const readFile = (path: string) => textIn(join(root, path));
  let says = true;
  for (const one of organizations) {
    const before = documentIn(source.text, one.organization, file, readFile);
    const after = documentIn(text, one.organization, file, readFile);
    requireAsLive(after, live.get(one.organization), one, shown(file));
    if (!before || !after || documentDigest(before) !== documentDigest(after)) says = false;
  }
  return says ? undefined : text;
}

/** Values come from the live document: a report has digests in the place of sealed ones. */
function editsOf(drifted: DriftedOrganization, live: OrganizationDocument): FileEdit[] {
  const { organization } = drifted;
  const values = drifted.fields.filter(({ override }) => override === null);
  return [
    ...values.map(({ path, live: shown }) => {
      const value = valueInDocument(live, path);
      // the order of named entries is reported by their names
      const isOrder = Array.isArray(shown) && Array.isArray(value) && shown.every((name) => typeof name === 'string');
      return { organization, pointer: path, value: isOrder ? shown : value };
    }),
    ...drifted.unmanaged.map(({ path }) => ({ organization, pointer: path, value: valueInDocument(live, path) })),
  ];
}

function textIn(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

function documentIn(
  text: string,
  organization: string,
  path: string,
  readFile: (path: string) => string | undefined,
): OrganizationDocument | undefined {
  const { documents } = loadDocuments([{ path, text }], { readFile });
  return documents.find(({ document }) => document.metadata.name === organization)?.document;
}

/** What the file declares must be live now, save what is overridden for a while. */
function requireAsLive(
  declared: OrganizationDocument | undefined,
  live: OrganizationDocument | undefined,
  { fields, unmanaged }: DriftedOrganization,
  shown: string,
): void {
  if (declared === undefined || live === undefined)
    throw cannotWrite(
      shown,
      'by itself it would not be valid any more (what templates in other files give is changed there)',
    );
  const overridden = new Set(fields.filter(({ override }) => override !== null).map(({ path }) => path));
  const reported = new Set([...fields, ...unmanaged].map(({ path }) => path));
  const left = driftOf(declared, live).filter(({ path }) => reported.has(path) && !overridden.has(path));
  if (left.length > 0)
    throw cannotWrite(shown, 'a part cannot be set where it stands, such as one of a template or a metadata file');
}

function cannotWrite(file: string, why: string): CommandError {
  const message = `${printable(file)} was not changed, and no other file: ${why}; change it by hand as "rolecall drift" shows`;
  return new CommandError(EXIT.failed, 'cannot_write', message);
}
