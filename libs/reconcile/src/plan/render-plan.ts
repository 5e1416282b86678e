import type { Json, SourcePosition } from '@rolecall/org-config';
import { keysOf } from '../fields/address.ts';
import { domainsToProve } from './domains-to-prove.ts';
import { quoted } from './quoted.ts';
import { impactLines, nameLines } from './render-impact.ts';
import { changesNothing } from './plan.ts';
import type { FieldChange, OrganizationChange, Plan, PlanAction, PlanOverride, PlatformChange } from './plan.ts';

export type Paint = (style: 'create' | 'update' | 'delete' | 'rename' | 'quiet' | 'strong', text: string) => string;

const PLAIN: Paint = (_style, text) => text;
/** A value longer than this is cut in the text form; JSON has all of it. */
const VALUE_LENGTH = 160;
const SYMBOLS = { create: '+', update: '~', delete: '-', rename: '>', release: '-', adopt: '*' } as const;

/**
 * A plan for people: an organization each, its fields before -> after with the place in the file, whom it concerns, and a
 * last line that tools can find by `Plan:`. Ends with a newline.
 */
export function renderPlan(plan: Plan, { paint = PLAIN }: { paint?: Paint } = {}): string {
  const platform = plan.platform === undefined ? [] : [renderPlatform(plan.platform, paint)];
  const blocks = [...platform, ...plan.changes.map((change) => renderChange(change, paint))];
  const besides = [...overridesBlock(plan, paint), ...unmanagedBlock(plan, paint), ...absentBlock(plan, paint)];
  return `${[...blocks, ...besides, lastLine(plan, paint)].join('\n\n')}\n`;
}

function lastLine(plan: Plan, paint: Paint): string {
  const { summary } = plan;
  const unchanged = `${count(summary.unchanged)} unchanged`;
  if (changesNothing(plan)) return `${paint('strong', 'No changes.')} ${unchanged} (fingerprint ${plan.fingerprint})`;
  const parts = [
    ...(plan.platform === undefined ? [] : ['the platform document']),
    `${count(summary.create)} to add`,
    `${count(summary.update)} to change`,
    ...(summary.rename > 0 ? [`${count(summary.rename)} to rename`] : []),
    `${count(summary.delete)} to delete`,
    ...(summary.release > 0 ? [`${count(summary.release)} to release`] : []),
    ...(summary.adopt > 0 ? [`${count(summary.adopt)} to adopt`] : []),
    unchanged,
  ];
  return `${paint('strong', 'Plan:')} ${parts.join(', ')} (fingerprint ${plan.fingerprint})`;
}

/** What belongs to no organization stands first: it says who may change all the others. */
function renderPlatform(change: PlatformChange, paint: Paint): string {
  const { action, fields, source } = change;
  const head = paint(action, `${SYMBOLS[action]} platform document`);
  const ended = endedLines(change).map((line) => `    ${paint('strong', '!')} ${line}`);
  return [head + place(source, paint), ...fields.map((field) => renderField(field, paint)), ...ended].join('\n');
}

/** Whom a change of the deployment's document stops. */
export function endedLines({ endedTokens = 0 }: PlatformChange): string[] {
  if (endedTokens === 0) return [];
  return [`ends ${count(endedTokens)} API ${endedTokens === 1 ? 'token of a running job' : 'tokens of running jobs'}`];
}

function renderChange(change: OrganizationChange, paint: Paint): string {
  const head = paint(styleOf(change.action), `${SYMBOLS[change.action]} ${titleOf(change)}`);
  const notes = [...impactLines(change.impact), ...renameLines(change), ...proofLines(change)];
  const impact = notes.map((line) => `    ${paint('strong', '!')} ${line}`);
  const names = nameLines(change.impact).map((line) => `        ${line}`);
  return [
    head + place(change.source, paint),
    ...(change.action === 'adopt' ? [adoption(change.organization, paint)] : []),
    ...change.fields.map((field) => renderField(field, paint)),
    ...impact,
    ...names,
  ].join('\n');
}

/** What comes while something alike goes: renamed in place it would keep ids, links, tokens and holders. */
export function renameLines({ looksLike, fields }: OrganizationChange): string[] {
  const ofOrganization =
    looksLike === undefined
      ? []
      : [`looks like ${looksLike} renamed: add metadata.previously: [${looksLike}] to keep its users and links`];
  const ofEntries = fields.flatMap(({ path, looksLike: key }) => {
    if (key === undefined) return [];
    return `${pathOf(path)} looks like ${quoted(key)} renamed: add previously: [${quoted(key)}] to keep what belongs to it`;
  });
  return [...ofOrganization, ...ofEntries];
}

/** The value of a record is made by the apply. */
function proofLines(change: OrganizationChange): string[] {
  return domainsToProve(change).map((domain) => {
    const record = `publish the TXT record _rolecall-challenge.${domain}`;
    return `${domain} opens nothing before it is proved: ${record} that "rolecall domains ${change.organization}" shows`;
  });
}

function adoption(organization: string, paint: Paint): string {
  return `    ${paint(styleOf('adopt'), `${SYMBOLS.adopt} takes ownership of ${quoted(organization)}`)}`;
}

function titleOf({ action, organization, previousName }: OrganizationChange): string {
  if (action === 'rename') return `${previousName} -> ${organization}`;
  if (action === 'release') return `${organization} (released: it and its users stay, nothing owns it any more)`;
  return organization;
}

function renderField(field: FieldChange, paint: Paint): string {
  const head = `${SYMBOLS[field.action]} ${pathOf(field.path)}${valueOf(field)}${whyOf(field)}`;
  const template = field.inheritedFrom === undefined ? '' : paint('quiet', ` (template ${field.inheritedFrom})`);
  const line = `    ${paint(styleOf(field.action), head)}${place(field.source, paint)}${template}`;
  const parts = inheritedParts(field).map((part) => `        ${paint('quiet', `${part.text}  ${part.place}`)}`);
  return [line, ...parts].join('\n');
}

/** What templates give of a value, a line for each template. */
export function inheritedParts({ inheritedParts: parts = [] }: FieldChange): { text: string; place: string }[] {
  const byTemplate = Map.groupBy(parts, ({ template }) => template);
  return [...byTemplate].map(([template, of]) => ({
    text: `${of.map(({ path }) => pathOf(path)).join(', ')} from template ${template}`,
    place: of.map(({ source }) => `${source.file}:${source.line}:${source.column}`)[0] ?? '',
  }));
}

/** What a field was and is, behind its path. */
export function valueOf({ path, action, before, after, previousKey, secret }: FieldChange): string {
  if (secret === true) return action === 'create' ? ': (secret) set' : ': (secret) changed';
  if (action === 'rename') return ` (was ${keyOf(previousKey ?? '')})`;
  const text = ADDRESSES.test(path) ? quotedWhole : quotedShort;
  if (action === 'create') return `: ${text(after)}`;
  if (action === 'update') return `: ${text(before)} -> ${text(after)}`;
  return after === undefined ? `: ${text(before)}` : `: ${text(before)} -> ${text(after)} (the default)`;
}

/** Where users are sent with a code that is as good as they are: an address behind the end of a line is one that nobody reviews. */
const ADDRESSES = /^\/spec\/applications(?:\/|$)/;

const WHY = { git: '', drift: '  (drift: taken back)', conflict: '  (conflict: what is declared wins)' } as const;

/** Behind a field that somebody changed on the server, why it changes. */
export function whyOf({ origin }: FieldChange): string {
  return WHY[origin];
}

function overridesBlock({ overrides }: Plan, paint: Paint): string[] {
  if (overrides.length === 0) return [];
  const title = `${count(overrides.length)} overridden for a while, kept as live (taken back afterwards):`;
  const lines = overrides.map((override) => `    ${paint('strong', '!')} ${overrideText(override)}`);
  return [[paint('quiet', title), ...lines].join('\n')];
}

/** Of which organization, what, until when, by whom and why. */
export function overrideText({ organization, path, by, reason, expires }: PlanOverride): string {
  return `${organization} ${pathOf(path)} until ${expires} by ${quoted(by)}: ${quoted(reason)}`;
}

function unmanagedBlock({ unmanaged }: Plan, paint: Paint): string[] {
  if (unmanaged.length === 0) return [];
  const title = `${count(unmanaged.length)} that no file declares, kept ("unmanaged: delete" removes, "rolecall drift --write" declares them):`;
  const lines = unmanaged.map(({ organization, path }) => `    ? ${organization} ${pathOf(path)}`);
  return [[paint('quiet', title), ...lines].join('\n')];
}

function absentBlock(plan: Plan, paint: Paint): string[] {
  if (plan.absent.length === 0) return [];
  const names = plan.absent.map((name) => `    ${name}`);
  const title = `${count(plan.absent.length)} no longer in the files, kept as they are (--prune releases or deletes them):`;
  return [[paint('quiet', title), ...names].join('\n')];
}

function place(source: SourcePosition | undefined, paint: Paint): string {
  if (source === undefined) return '';
  return paint('quiet', `  ${source.file}:${source.line}:${source.column}`);
}

/** A JSON pointer as people write it: `spec.scopes["account/main"].parent`. */
export function pathOf(pointer: string): string {
  return keysOf(pointer).reduce((path, key) => {
    const shown = keyOf(key);
    if (shown !== key) return `${path}[${shown}]`;
    return path === '' ? key : `${path}.${key}`;
  }, '');
}

/** A key that reads as a word stands for itself, any other is quoted. */
function keyOf(key: string): string {
  return /^[A-Za-z_][\w-]*$/.test(key) ? key : quoted(key);
}

function quotedWhole(value: Json | undefined): string {
  return quoted(value ?? null);
}

function quotedShort(value: Json | undefined): string {
  const json = quotedWhole(value);
  return json.length <= VALUE_LENGTH ? json : `${json.slice(0, VALUE_LENGTH)}… (${count(json.length)} characters)`;
}

function styleOf(action: PlanAction | FieldChange['action']): 'create' | 'update' | 'delete' | 'rename' {
  if (action === 'adopt') return 'create';
  return action === 'release' ? 'delete' : action;
}

function count(n: number): string {
  return n.toLocaleString('en-US');
}
