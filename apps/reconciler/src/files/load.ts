import { expiryDiagnostics, loadDocuments, onceEach, testDiagnostics } from '@rolecall/org-config';
import type {
  CheckMetadata,
  Claims,
  Diagnostic,
  LoadedDocument,
  LoadedPlatform,
  LoadResult,
  SourceFile,
} from '@rolecall/org-config';
import { unseenMetadata } from './inventory.ts';
import type { InventoryFile, Reading } from './inventory.ts';
import { unseenSecrets } from './secrets.ts';

const DAY_MS = 86_400_000;
/** Before the end of metadata in a file. */
const WARN_DAYS = 30;

/** What the files say. Documents are complete only when no diagnostic is an error. */
export interface Loaded {
  readonly documents: readonly LoadedDocument[];
  /** The document of the deployment, when one of the files has it. */
  readonly platform?: LoadedPlatform;
  /** Names of the templates that were read. */
  readonly templates: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: readonly SourceFile[];
  /** Entries of `tests` that ran. */
  readonly tests: number;
}

/** Of a plan that needed no file. */
export const NOTHING_LOADED: Loaded = { documents: [], templates: [], diagnostics: [], sources: [], tests: 0 };

/** Parses and checks files, with their metadata; of every valid document, runs the `tests` and looks for secrets that end. */
export async function load(inventory: Reading, files: readonly InventoryFile[], now: Date): Promise<Loaded> {
  const { claims: _claims, ...loaded } = await loadSome(inventory, files, now);
  return loaded;
}

/** What `load` does with some of the files: with `alone: false` whether their claims fit those of the others is the caller's to check. */
export async function loadSome(
  inventory: Reading,
  files: readonly InventoryFile[],
  now: Date,
  { alone = true }: { readonly alone?: boolean } = {},
): Promise<Loaded & { readonly claims: readonly Claims[] }> {
  const all = inventory.withTemplates(files);
  const sources = all.map((file) => inventory.source(file));
  const checkMetadata = await metadataChecker(sources, now);
  const read = new Set<string>();
  const readFile = (path: string) => {
    const text = inventory.metadata(path);
    if (text !== undefined) read.add(path);
    return text;
  };
  const options = checkMetadata ? { readFile, checkMetadata, alone } : { readFile, alone };
  const { templates, diagnostics, claims, ...found } = loadDocuments(sources, options);
  const wanted = new Set(files.map(({ path }) => path));
  const documents = found.documents.filter(({ file }) => wanted.has(file));
  const platform = found.platform && wanted.has(found.platform.file) ? found.platform : undefined;
  const failed = documents.flatMap((document) => testDiagnostics(document, now));
  const expiring = documents.flatMap((document) => expiryDiagnostics(document, now));
  const tests = documents.reduce((sum, { document }) => sum + (document.spec.tests?.length ?? 0), 0);
  return {
    documents,
    ...(platform && { platform }),
    claims: claims.filter(({ file }) => wanted.has(file)),
    templates: templates.map(({ name }) => name),
    diagnostics: [
      ...diagnostics,
      ...failed,
      ...expiring,
      ...unseen(inventory, all, read, documents),
      ...unseenTemplates(all, documents, templates),
      ...unseenReferences(sources, documents, templates),
    ],
    sources,
    tests,
  };
}

export function hasErrors(loaded: Pick<Loaded, 'diagnostics'>): boolean {
  return loaded.diagnostics.some(({ severity }) => severity === 'error');
}

/** The digest of a file covers the metadata that it names on one line; any other spelling would hide later changes. */
function unseen(
  inventory: Reading,
  files: readonly InventoryFile[],
  read: ReadonlySet<string>,
  documents: readonly LoadedDocument[],
): Diagnostic[] {
  return unseenMetadata(files, read).map((path) => ({
    severity: 'error',
    code: 'metadata_file_spelling',
    message: `"${inventory.shown(path)}" is named in a way that hides its changes`,
    suggestion: 'write `file: "<path>"` on one line',
    position: documents[0]?.positionOf('/spec/identityProviders') ?? {
      file: inventory.shown(files[0]?.path ?? ''),
      line: 1,
      column: 1,
    },
  }));
}

/** As with metadata: a template that changed must be noticed in the files that inherit from it. */
function unseenTemplates(
  files: readonly InventoryFile[],
  documents: readonly LoadedDocument[],
  templates: LoadResult['templates'],
): Diagnostic[] {
  const fileOf = new Map(templates.map(({ name, file }) => [name, file]));
  const seen = new Map(files.map(({ path, inherits }) => [path, new Set([path, ...inherits])]));
  return documents.flatMap((loaded) => {
    const hidden = loaded.templates.find((name) => seen.get(loaded.file)?.has(fileOf.get(name) ?? '') !== true);
    if (hidden === undefined) return [];
    return [
      {
        severity: 'error',
        code: 'template_spelling',
        message: `the template "${hidden}" is declared or named in a way that hides its changes`,
        suggestion: 'write `kind: OrganizationTemplate`, `name: <name>` and `from: [<name>]` without quotes or escapes',
        position: loaded.positionOf('/metadata/name'),
      },
    ];
  });
}

/** As with metadata: a rotated secret must be noticed in a file that did not change. */
function unseenReferences(
  sources: readonly SourceFile[],
  documents: readonly LoadedDocument[],
  templates: LoadResult['templates'],
): Diagnostic[] {
  const texts = new Map(sources.map(({ path, text }) => [path, text]));
  const fileOf = new Map(templates.map(({ name, file }) => [name, file]));
  const textsOf = ({ file, templates: names }: LoadedDocument) =>
    [file, ...names.map((name) => fileOf.get(name) ?? '')].map((path) => texts.get(path) ?? '').join('\n');
  return documents.flatMap((loaded) =>
    unseenSecrets(loaded.document, () => textsOf(loaded)).map((pointer) => ({
      severity: 'error',
      code: 'secret_spelling',
      message: 'the secret is referred to in a way that hides its changes',
      suggestion: 'write `fromEnv: <name>` or `fromFile: "<path>"` on one line',
      position: loaded.positionOf(pointer),
      pointer,
    })),
  );
}

/** Nobody refreshes metadata that stands in a file: its end is told of as that of a client secret is. */
function endWarning(what: 'certificate' | 'metadata', words: string, end: Date, now: Date): ReturnType<CheckMetadata> {
  const days = Math.floor((end.getTime() - now.getTime()) / DAY_MS);
  if (days > WARN_DAYS) return [];
  const over = days < 0;
  const message = `${words} ${over ? 'ended' : 'ends'} on ${end.toISOString().slice(0, 10)}; get new metadata of the identity provider`;
  return [{ severity: 'warning', code: over ? `${what}_expired` : `${what}_expires_soon`, message }];
}

/** libs/saml is loaded only when there is metadata to look at. An http: sign-on URL is the server's to judge. */
async function metadataChecker(sources: readonly SourceFile[], now: Date): Promise<CheckMetadata | undefined> {
  if (!sources.some(({ text }) => /xml|file/.test(text))) return undefined;
  const { parseIdpMetadata, SamlError } = await import('@rolecall/saml');
  return onceEach((xml, entityId) => {
    try {
      const { certificatesExpire, validUntil } = parseIdpMetadata(xml, { now, entityId, allowHttp: true });
      const last = certificatesExpire?.toSorted((a, b) => b.getTime() - a.getTime())[0];
      return [
        ...(last ? endWarning('certificate', 'the last signing certificate', last, now) : []),
        ...(validUntil ? endWarning('metadata', 'the metadata (`validUntil`)', validUntil, now) : []),
      ];
    } catch (error) {
      if (error instanceof SamlError) return [{ code: error.code, message: error.message }];
      throw error;
    }
  });
}
