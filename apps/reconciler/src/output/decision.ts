import type { Decision, Evidence, LoadedDocument, SourcePosition } from '@rolecall/org-config';
import { printable } from './printable.ts';
import type { Paint } from './style.ts';

const KINDS: Readonly<Record<Evidence['kind'], string>> = {
  mappingRole: 'mapping role',
  rule: 'rule',
  accountAttribute: 'account attribute',
  default: 'default',
};

type TraceEntry = Decision['trace'][number];

/** An entry of a trace, with the template that it comes from and where it stands there. */
export type PlacedEntry = TraceEntry & { readonly inheritedFrom?: string; readonly source?: SourcePosition };

/** Where a rule comes from, when the organization inherits it. */
export function inheritanceOf({ kind, name }: TraceEntry, loaded: LoadedDocument): Partial<PlacedEntry> {
  const pointer = pointerOf(kind, name, loaded);
  const inheritedFrom = pointer === undefined ? undefined : loaded.inheritedFrom(pointer);
  if (pointer === undefined || inheritedFrom === undefined) return {};
  return { inheritedFrom, source: loaded.positionOf(pointer) };
}

function pointerOf(kind: TraceEntry['kind'], name: string, { document }: LoadedDocument): string | undefined {
  if (kind === 'default') return '/spec/jit/defaults';
  const key = name.replaceAll('~', '~0').replaceAll('/', '~1');
  if (kind === 'mappingRole') return `/spec/authorization/mappingRoles/${key}`;
  if (kind === 'accountAttribute') return `/spec/authorization/accountAttributes/${key}`;
  const index = document.spec.authorization?.rules?.findIndex((rule) => rule.name === name) ?? -1;
  return index < 0 ? undefined : `/spec/authorization/rules/${index}`;
}

/** A decision for people: what is given and by what, then every rule with its reason. Texts of facts are made printable. */
export function decisionText(
  organization: string,
  decision: Decision,
  trace: readonly PlacedEntry[],
  paint: Paint,
): string {
  const lines = [
    ...(decision.outcome === 'granted' ? given(organization, decision, paint) : refused(organization, decision, paint)),
    '',
    'Rules',
    ...trace.map(({ kind, name, matched, why, inheritedFrom, source }) => {
      const place = source === undefined ? '' : `${source.file}:${source.line}:${source.column}`;
      const template = inheritedFrom === undefined ? '' : paint('quiet', `  ${place} (template ${inheritedFrom})`);
      return `  ${matched ? paint('create', '✓') : '–'} ${printable(`${KINDS[kind]} ${name}: ${why}`)}${template}`;
    }),
  ];
  return `${lines.join('\n')}\n`;
}

function given(
  organization: string,
  { grants, groups, applies }: Extract<Decision, { readonly outcome: 'granted' }>,
  paint: Paint,
): string[] {
  const once = applies === 'at-creation' ? ', once, when the user is created' : '';
  const lines = [
    ...grants.map(
      ({ scope, role, sources }) => `  ${printable(`${role} on ${scope}`)}  ${paint('quiet', by(sources))}`,
    ),
    ...groups.map(({ group, sources }) => `  ${printable(`group ${group}`)}  ${paint('quiet', by(sources))}`),
  ];
  const head = `${paint('strong', `${organization} gives`)}${lines.length === 0 ? ' nothing' : ''}${once}`;
  return [head, ...lines];
}

function refused(
  organization: string,
  { refusal }: Extract<Decision, { readonly outcome: 'refused' }>,
  paint: Paint,
): string[] {
  return [paint('strong', `${organization} refuses: ${refusal.code}`), printable(`  ${refusal.reason}`)];
}

function by(sources: readonly Evidence[]): string {
  const named = sources.map(({ kind, name, attribute, value }) => {
    const matched = attribute === undefined ? '' : ` (${attribute}${value === undefined ? '' : `: ${value}`})`;
    return `${KINDS[kind]} ${name}${matched}`;
  });
  return printable(`by ${named.join(', ')}`);
}
