import type { Diagnostic, Json, LoadedDocument, SourcePosition } from '@rolecall/org-config';
import type { FieldChange, InheritedPart, OrganizationChange, Plan } from '@rolecall/reconcile';
import type { Loaded } from '../files/load.ts';

/** Adds to each change of a plan where it stands in the files; what is gone from them has the place of what held it. */
export function withSources(plan: Plan, { documents, platform }: Pick<Loaded, 'documents' | 'platform'>): Plan {
  const byName = new Map(documents.map((loaded) => [loaded.document.metadata.name, loaded]));
  const changes = plan.changes.map((change) => withSource(change, byName.get(change.organization)));
  if (!plan.platform || !platform) return { ...plan, changes };
  const fields = plan.platform.fields.map((field) => ({ ...field, source: platform.positionOf(field.path) }));
  return { ...plan, changes, platform: { ...plan.platform, source: platform.positionOf('/kind'), fields } };
}

function withSource(change: OrganizationChange, loaded: LoadedDocument | undefined): OrganizationChange {
  if (loaded === undefined) return change;
  const fields = change.fields.map((field) => {
    const pointer = filePointer(loaded, field.path);
    return { ...field, source: loaded.positionOf(pointer), ...inheritance(field, pointer, loaded) };
  });
  return { ...change, source: loaded.positionOf('/metadata/name'), fields };
}

function inheritance(
  { action, after }: FieldChange,
  pointer: string,
  loaded: LoadedDocument,
): Pick<FieldChange, 'inheritedFrom' | 'inheritedParts'> {
  if (loaded.templates.length === 0 || action === 'delete') return {};
  const inheritedFrom = loaded.inheritedFrom(pointer);
  if (inheritedFrom !== undefined) return { inheritedFrom };
  const inheritedParts = partsOf(after, pointer, '', loaded);
  return inheritedParts.length === 0 ? {} : { inheritedParts };
}

/** Of a value that the document itself has in part. */
function partsOf(value: Json | undefined, pointer: string, path: string, loaded: LoadedDocument): InheritedPart[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const step = `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    const template = loaded.inheritedFrom(pointer + step);
    if (template === undefined) return partsOf(inner as Json, pointer + step, path + step, loaded);
    return [{ path: path + step, template, source: loaded.positionOf(pointer + step) }];
  });
}

/** A diagnostic of the server, which knows documents and files, not lines. */
export type ServerDiagnostic = Omit<Diagnostic, 'position'> & {
  readonly position?: SourcePosition;
  readonly organization?: string;
};

/** Gives the server's diagnostics the place of their pointer in the files that were sent. */
export function locate(
  diagnostics: readonly ServerDiagnostic[],
  { documents, platform }: Pick<Loaded, 'documents' | 'platform'>,
): Diagnostic[] {
  return diagnostics.map(({ organization, ...diagnostic }) => {
    const file = diagnostic.position?.file;
    const loaded =
      documents.find(({ document }) => document.metadata.name === organization) ??
      documents.find((one) => one.file === file);
    const pointer = diagnostic.pointer ?? '/metadata/name';
    // the server names an organization wherever it speaks of one
    const position =
      organization === undefined && platform && diagnostic.pointer
        ? platform.positionOf(pointer)
        : loaded && positionIn(loaded, pointer);
    return { ...diagnostic, position: position ?? { file: file || (organization ?? 'server'), line: 1, column: 1 } };
  });
}

export function positionIn(loaded: LoadedDocument, pointer: string): SourcePosition {
  return loaded.positionOf(filePointer(loaded, pointer));
}

/** Plans address the entries of `rules` and `tests` by name, files by index. */
function filePointer(loaded: LoadedDocument, pointer: string): string {
  const [, list, escaped, rest] = /^(\/spec\/authorization\/rules|\/spec\/tests)\/([^/]*)(.*)$/.exec(pointer) ?? [];
  if (list === undefined || escaped === undefined) return pointer;
  const name = escaped.replaceAll('~1', '/').replaceAll('~0', '~');
  const { spec } = loaded.document;
  const entries: readonly { name: string }[] = (list === '/spec/tests' ? spec.tests : spec.authorization?.rules) ?? [];
  const index = entries.findIndex((entry) => entry.name === name);
  return index < 0 ? (/^\d+$/.test(name) ? pointer : list) : `${list}/${index}${rest ?? ''}`;
}
