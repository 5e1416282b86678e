import { digestOfNormalized, normalize } from '../canonical/normalize.ts';
import { checkAcross, claimsOf, nameOf, type Claims, type PlacedDocument } from '../check/across.ts';
import { findingsOf, type CheckMetadata } from '../check/check-document.ts';
import type { Finding } from '../check/finding.ts';
import { byPosition, type Diagnostic, type SourcePosition } from '../diagnostic.ts';
import type { OrganizationDocument } from '../document.ts';
import { inlineMetadataFiles, type ReadFile } from './metadata-files.ts';
import { isPlatform, Platforms, type LoadedPlatform } from './platform.ts';
import { isTemplate, Templates } from '../templates/templates.ts';
import type { LayeredDocument } from '../templates/layers.ts';
import { SharedMistakes } from '../templates/shared-mistakes.ts';
import { readYaml, type YamlDocument } from './read-yaml.ts';
import { SourceText, type SourceFile } from './source-text.ts';
import type { YamlFault } from './yaml-value.ts';

export interface LoadOptions {
  /**
   * Reads a metadata file: the path is relative to what the path of the document is relative to, and is in the directory of
   * the document or below it (symbolic links are the reader's matter). undefined when there is no such file.
   */
  readonly readFile: ReadFile;
  /** Checks IdP metadata that is in the document or in a file beside it. */
  readonly checkMetadata?: CheckMetadata;
  /** false: these are some of the files, and the caller will give all `claims` to `checkAcross`. Default true. */
  readonly alone?: boolean;
}

/** An organization that is valid by itself. */
export interface LoadedDocument {
  /** Normalized, as declared there and in its templates; metadata files are inlined. */
  readonly document: OrganizationDocument;
  /** `path` of its file. */
  readonly file: string;
  /** `documentDigest(document)`. */
  readonly digest: string;
  /** Where a part of the document stands, in its file or in a template's: its key, or its list entry; for what nobody has, its nearest holder. */
  positionOf(pointer: string): SourcePosition;
  /** Names of all templates that are in it; what wins comes first. */
  readonly templates: readonly string[];
  /** The template that a part comes from; undefined for what the document says itself. */
  inheritedFrom(pointer: string): string | undefined;
}

export interface LoadResult {
  /** With what they inherit: nothing of templates is left in them. */
  readonly documents: readonly LoadedDocument[];
  /** The templates in the files. */
  readonly templates: readonly { readonly name: string; readonly file: string }[];
  /** The document of the deployment, when a file has it. */
  readonly platform?: LoadedPlatform;
  /** What each document says that must fit all others, of other files too. */
  readonly claims: readonly (Claims & { readonly file: string })[];
  /** Of all files; sorted by file, line and column. Any `error` among them = do not go on. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads organization documents: YAML, shape, references, rules, and what must be unique across files. Everything that is
 * wrong in any file is reported, never only the first. The input is not trusted: sizes and depth are bounded, nothing throws.
 */
export function loadDocuments(files: readonly SourceFile[], options: LoadOptions): LoadResult {
  const read = readFiles(files, options.readFile);
  const documents: LoadedDocument[] = [];
  const claims: LoadResult['claims'][number][] = [];
  const diagnostics = [...read.diagnostics, ...read.templates.problems()];
  const shared = new SharedMistakes();
  for (const { placed, file, faults } of read.organizations) {
    const inherited = read.templates.inherit(placed);
    const current = inherited && 'document' in inherited ? inherited.document : placed;
    claims.push({ ...claimsOf(current), file });
    diagnostics.push(...faults);
    if (inherited && 'findings' in inherited) {
      diagnostics.push(...inherited.findings.map(placed.locate));
      continue;
    }
    const problems = findingsOf(current.value, options.checkMetadata).map((finding) => {
      const problem = current.locate(finding);
      if (inherited?.document.templateAt(finding.pointer) === undefined) diagnostics.push(problem);
      else shared.add(problem, nameOf(current) ?? file);
      return problem;
    });
    const isWrong = [...faults, ...problems].some(({ severity }) => severity === 'error');
    if (!isWrong) documents.push(loaded(current, file));
  }
  const all = [...diagnostics, ...shared.all, ...(options.alone === false ? [] : checkAcross(claims))].sort(byPosition);
  const { valid: platform } = read.platforms;
  return { documents, templates: read.templates.all, ...(platform && { platform }), claims, diagnostics: all };
}

interface ReadOrganization {
  readonly placed: PlacedDocument;
  readonly file: string;
  /** Of files that it refers to. */
  readonly faults: readonly Diagnostic[];
}

/** All files, before anything inherits: each document by its kind, with the files that it refers to inlined. */
function readFiles(files: readonly SourceFile[], readFile: ReadFile) {
  const organizations: ReadOrganization[] = [];
  const templates = new Templates();
  const platforms = new Platforms();
  const diagnostics: Diagnostic[] = [];
  for (const file of files) {
    const source = new SourceText(file);
    const yaml = readYaml(file);
    diagnostics.push(...yaml.faults.map((fault) => located(fault, source)));
    for (const parsed of yaml.documents) {
      const current = placed(parsed, source);
      if (isPlatform(parsed.value)) {
        diagnostics.push(...platforms.add(current, file.path));
        continue;
      }
      const faults = inlineMetadataFiles(parsed.value, file, readFile).map(current.locate);
      if (isTemplate(parsed.value)) diagnostics.push(...faults, ...templates.add(current, file.path));
      else organizations.push({ placed: current, file: file.path, faults });
    }
  }
  return { organizations, templates, platforms, diagnostics };
}

function located({ code, message, suggestion, offset, other }: YamlFault, source: SourceText): Diagnostic {
  const sentence = other === undefined ? message : `${message} ${source.positionAt(other).line}`;
  return { severity: 'error', code, message: sentence, suggestion, position: source.positionAt(offset) };
}

function loaded(placed: PlacedDocument | LayeredDocument, file: string): LoadedDocument {
  // the schema has just said that it is one
  const document = normalize(placed.value as unknown as OrganizationDocument);
  const { templates, inheritedFrom } = 'templates' in placed ? placed : { templates: [], inheritedFrom: undefined };
  return {
    document,
    file,
    get digest() {
      return digestOfNormalized(document); // the server makes its own, so a command needs none
    },
    templates: templates.map(({ name }) => name),
    positionOf: placed.positionOf,
    inheritedFrom: (pointer) => inheritedFrom?.(pointer)?.name,
  };
}

function placed({ value, places }: YamlDocument, source: SourceText): PlacedDocument {
  const positionOf = (pointer: string): SourcePosition => source.positionAt(places.find(pointer).key);
  const locate = ({ at, ...finding }: Finding): Diagnostic => {
    const found = places.find(finding.pointer);
    return {
      ...finding,
      severity: finding.severity ?? 'error',
      position: source.positionAt(at === 'value' ? found.value : found.key),
    };
  };
  return { value, locate, positionOf, has: (pointer) => places.has(pointer) };
}
