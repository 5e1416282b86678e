import type { Diagnostic, LoadedDocument, SourcePosition } from '@rolecall/org-config';
import type { OrganizationChange, Plan } from '@rolecall/reconcile';

/** Adds to each change of a plan where it stands in the files; what is gone from them has the place of what held it. */
export function withSources(plan: Plan, documents: readonly LoadedDocument[]): Plan {
  const byName = new Map(documents.map((loaded) => [loaded.document.metadata.name, loaded]));
  return { ...plan, changes: plan.changes.map((change) => withSource(change, byName.get(change.organization))) };
}

function withSource(change: OrganizationChange, loaded: LoadedDocument | undefined): OrganizationChange {
  if (loaded === undefined) return change;
  const fields = change.fields.map((field) => ({ ...field, source: positionIn(loaded, field.path) }));
  return { ...change, source: loaded.positionOf('/metadata/name'), fields };
}

/** A diagnostic of the server, which knows documents and files, not lines. */
export type ServerDiagnostic = Omit<Diagnostic, 'position'> & {
  readonly position?: SourcePosition;
  readonly organization?: string;
};

/** Gives the server's diagnostics the place of their pointer in the files that were sent. */
export function locate(diagnostics: readonly ServerDiagnostic[], documents: readonly LoadedDocument[]): Diagnostic[] {
  return diagnostics.map(({ organization, ...diagnostic }) => {
    const file = diagnostic.position?.file;
    const loaded =
      documents.find(({ document }) => document.metadata.name === organization) ??
      documents.find((one) => one.file === file);
    const position = loaded && positionIn(loaded, diagnostic.pointer ?? '/metadata/name');
    return { ...diagnostic, position: position ?? { file: file || (organization ?? 'server'), line: 1, column: 1 } };
  });
}

/** Plans address the entries of `rules` and `tests` by name, files by index. */
function positionIn(loaded: LoadedDocument, pointer: string): SourcePosition {
  const [, list, escaped, rest] = /^(\/spec\/authorization\/rules|\/spec\/tests)\/([^/]*)(.*)$/.exec(pointer) ?? [];
  if (list === undefined || escaped === undefined) return loaded.positionOf(pointer);
  const name = escaped.replaceAll('~1', '/').replaceAll('~0', '~');
  const { spec } = loaded.document;
  const entries: readonly { name: string }[] = (list === '/spec/tests' ? spec.tests : spec.authorization?.rules) ?? [];
  const index = entries.findIndex((entry) => entry.name === name);
  return loaded.positionOf(index < 0 ? (/^\d+$/.test(name) ? pointer : list) : `${list}/${index}${rest ?? ''}`);
}
