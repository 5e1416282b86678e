import { pathOf } from '@rolecall/reconcile';
import type { Json } from '@rolecall/org-config';
import type { Drift, DriftedField, DriftedOrganization } from '../server/drift.ts';
import { printable } from './printable.ts';

const VALUE_LENGTH = 160;
const SYMBOLS = { create: '-', update: '~', rename: '>', delete: '+' } as const;

/** What the server has that files have not said: what became of declared fields there (`~ + -`), overrides (`!`), entries of nobody (`?`). */
export function driftText({ organizations, more }: Drift): string {
  const blocks = organizations.map((one) => `${organizationText(one)}\n`);
  const others = more === 0 ? '' : `${more} more organizations deviate as well.\n\n`;
  return `${blocks.join('\n')}${blocks.length > 0 ? '\n' : ''}${others}${summary(organizations)}\n`;
}

function organizationText({ organization, file, fields, unmanaged }: DriftedOrganization): string {
  return [
    `${organization}${file === null ? '' : `  ${printable(file)}`}`,
    ...fields.map((field) => `    ${fieldText(field)}`),
    ...unmanaged.map(({ path, by, since }) => `    ? ${pathOf(path)}: no file declares it${whoText(by, since)}`),
  ].join('\n');
}

function fieldText(field: DriftedField): string {
  const { path, action, live, by, since, override, place } = field;
  const values = `live ${valueText(live)}, ${saidText(field)}`;
  const where = place === null ? '' : `  ${printable(place)}`;
  if (override === null)
    return `${SYMBOLS[action]} ${pathOf(path)}: ${values}${whoText(by, since)}${endedText(field)}${where}`;
  const why = `until ${override.expires} by "${printable(override.by)}": ${printable(override.reason)}`;
  return `! ${pathOf(path)}: ${values}, overridden ${why}${where}`;
}

/** What comes back, and who said so. */
function saidText({ declared, former, default: standard }: DriftedField): string {
  if (former !== undefined) return `no file declares it, before the override ${valueText(former)}`;
  if (declared === undefined && standard !== undefined) return `default ${valueText(standard)}`;
  return `declared ${valueText(declared)}`;
}

function endedText({ ended }: DriftedField): string {
  if (ended === null || ended === undefined) return '';
  const why = ended.refused === null ? 'is taken back within a minute' : `could not be taken back: ${ended.refused}`;
  return `; the override of "${printable(ended.by)}" ended ${ended.expires} and ${why}`;
}

function valueText(value: Json | undefined): string {
  if (value === undefined) return 'nothing';
  const text = printable(JSON.stringify(value));
  return text.length <= VALUE_LENGTH ? text : `${text.slice(0, VALUE_LENGTH)}…`;
}

function whoText(by: string | null, since: string | null): string {
  return by === null || since === null ? '' : `, by "${printable(by)}" since ${since}`;
}

function summary(organizations: readonly DriftedOrganization[]): string {
  const fields = organizations.flatMap((one) => one.fields);
  const overridden = fields.filter(({ override }) => override !== null).length;
  const entries = organizations.reduce((sum, { unmanaged }) => sum + unmanaged.length, 0);
  if (organizations.length === 0) return 'No drift: the server has what was declared.';
  const drifted = fields.length - overridden;
  return `Drift: ${drifted} ${drifted === 1 ? 'field' : 'fields'}, ${overridden} overridden, ${entries} that no file declares`;
}
