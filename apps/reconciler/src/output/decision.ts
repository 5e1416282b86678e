import type { Decision, Evidence } from '@rolecall/org-config';
import { printable } from './printable.ts';
import type { Paint } from './style.ts';

const KINDS: Readonly<Record<Evidence['kind'], string>> = {
  mappingRole: 'mapping role',
  rule: 'rule',
  accountAttribute: 'account attribute',
  default: 'default',
};

/** A decision for people: what is given and by what, then every rule with its reason. Texts of facts are made printable. */
export function decisionText(organization: string, decision: Decision, paint: Paint): string {
  const lines = [
    ...(decision.outcome === 'granted' ? given(organization, decision, paint) : refused(organization, decision, paint)),
    '',
    'Rules',
    ...decision.trace.map(({ kind, name, matched, why }) => {
      return `  ${matched ? paint('create', '✓') : '–'} ${printable(`${KINDS[kind]} ${name}: ${why}`)}`;
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
