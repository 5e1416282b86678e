import { keysOf } from '../fields/address.ts';
import type { FieldChange, OrganizationChange, Plan, PlatformChange } from './plan.ts';
import { impactLines } from './render-impact.ts';
import { endedLines, inheritedParts, overrideText, pathOf, renameLines, valueOf, whyOf } from './render-plan.ts';

/** What a comment may have at GitHub (65,536 characters) with room for what others put around it. */
const BUDGET = 60_000;

/** A note about what was left out needs this much. */
const NOTE = 300;

/** Parts of a document that decide who gets in, and as what. */
const SECURITY = new Set([
  'identityProviders',
  'login',
  'authorization',
  'emailDomains',
  'guestDomains',
  'scim',
  'roles',
  'jit',
  'applications',
]);

/**
 * A plan as a comment of a pull request: what is deleted first, then what decides who gets in, then the rest; an organization each,
 * folded. Never longer than a comment may be: what does not fit is counted, and the summary and every deletion are in it before
 * anything else. Names and values are other people's: none of them becomes markup, a link or a mention.
 * @param link where the whole plan is, such as the page of the job
 */
export function renderPlanMarkdown(plan: Plan, { link }: { readonly link?: string } = {}): string {
  const head = [markerOf(plan.collection), title(plan), summary(plan), `Fingerprint: \`${plan.fingerprint}\``];
  const changes = plan.changes.toSorted((a, b) => weight(a) - weight(b));
  const absent = plan.absent.length === 0 ? [] : [absentList(plan.absent)];
  const platform = plan.platform === undefined ? [] : [platformPart(plan.platform)];
  const parts = [...head, ...platform, ...listed(changes), ...besides(plan), ...absent];
  let text = '';
  for (const part of parts) text += `${part}\n\n`;
  for (const [index, change] of changes.entries()) {
    const block = `${details(change)}\n\n`;
    if (text.length + block.length + NOTE > BUDGET) {
      const left = changes.length - index;
      return `${text}_${count(left)} ${left === 1 ? 'organization is' : 'organizations are'} not shown in full here${link === undefined ? '' : `: [the whole plan](${link})`}._\n`;
    }
    text += block;
  }
  return `${text.trimEnd()}\n`;
}

/** The first line of a comment: by it the next run finds the one that it replaces. */
export function markerOf(collection: string): string {
  return `<!-- rolecall-plan ${collection.replaceAll(/[^\w.-]/g, '')} -->`;
}

function title({ changes, platform }: Plan): string {
  const deleted = changes.filter(({ action }) => action === 'delete').length;
  if (changes.length === 0) return `### Rolecall: ${platform ? 'the platform document changes' : 'no changes'}`;
  const what = changes.length === 1 ? '1 organization changes' : `${count(changes.length)} organizations change`;
  const too = platform ? ', and the platform document' : '';
  return `### Rolecall: ${what}${deleted > 0 ? `, ${count(deleted)} deleted` : ''}${too}`;
}

function summary({ summary: of }: Plan): string {
  const columns = Object.entries(of);
  const cells = (texts: readonly string[]) => `| ${texts.join(' | ')} |`;
  return [
    cells(columns.map(([name]) => name)),
    cells(columns.map(() => '--:')),
    cells(columns.map(([, n]) => count(n))),
  ].join('\n');
}

/** Who may change the organizations at all; before them. */
function platformPart(change: PlatformChange): string {
  const { action, fields } = change;
  const ended = endedLines(change).map((line) => `- ${line}`);
  return lines(`**The platform document: ${action}**`, [...fields.map(fieldLine), ...ended]);
}

/** Every deletion and everything that decides who gets in, a line each, before any details. */
function listed(changes: readonly OrganizationChange[]): string[] {
  const deleted = changes.filter(({ action }) => action === 'delete' || action === 'release');
  const security = changes.filter((change) => !deleted.includes(change) && touchesSecurity(change));
  return [
    ...(deleted.length === 0 ? [] : [lines('**Deleted or released**', deleted.map(line))]),
    ...(security.length === 0 ? [] : [lines('**Who gets in, and as what**', security.map(line))]),
  ];
}

/** What one list of names may take of the budget. */
const LIST_BUDGET = 9_000;

function lines(heading: string, items: readonly string[]): string {
  let length = 0;
  const shown = items.filter((item) => (length += item.length + 1) <= LIST_BUDGET);
  const more = items.length > shown.length ? [`- … and ${count(items.length - shown.length)} more`] : [];
  return [heading, '', ...shown, ...more].join('\n');
}

function line(change: OrganizationChange): string {
  const impact = impactLines(change.impact);
  return `- ${change.action} ${code(change.organization)}${impact.length === 0 ? '' : `: ${impact.map(plain).join('; ')}`}`;
}

/** What stays though no file says so. */
function besides({ overrides, unmanaged }: Plan): string[] {
  const entries = unmanaged.map(({ organization, path }) => `- ${code(`${organization} ${pathOf(path)}`)}`);
  return [
    ...(overrides.length === 0
      ? []
      : [
          lines(
            '**Overridden for a while**, kept as live',
            overrides.map((one) => `- ${plain(overrideText(one))}`),
          ),
        ]),
    ...(entries.length === 0 ? [] : [lines('**On the server, and in no file**, kept', entries)]),
  ];
}

function absentList(names: readonly string[]): string {
  return lines(
    '**No longer in the files**, kept as they are without `--prune`',
    names.map((name) => `- ${code(name)}`),
  );
}

function details(change: OrganizationChange): string {
  const { action, organization, previousName, fields, impact, source } = change;
  const name = previousName === undefined ? code(organization) : `${code(previousName)} → ${code(organization)}`;
  const where = source === undefined ? '' : ` <sub>${code(`${source.file}:${source.line}`)}</sub>`;
  return [
    `<details><summary>${action} ${name}${where}</summary>`,
    '',
    ...[...impactLines(impact), ...renameLines(change)].map((text) => `- ⚠ ${plain(text)}`),
    ...fields.map(fieldLine),
    '',
    '</details>',
  ].join('\n');
}

function fieldLine(field: FieldChange): string {
  const place = field.source === undefined ? '' : ` <sub>${code(`${field.source.file}:${field.source.line}`)}</sub>`;
  const template = field.inheritedFrom === undefined ? '' : ` <sub>template ${code(field.inheritedFrom)}</sub>`;
  const parts = inheritedParts(field).map((part) => ` <sub>${plain(part.text)} ${code(part.place)}</sub>`);
  return `- ${field.action} ${code(`${pathOf(field.path)}${valueOf(field)}`)}${plain(whyOf(field))}${place}${template}${parts.join('')}`;
}

function touchesSecurity({ fields, impact }: OrganizationChange): boolean {
  return impact.affectedUsers > 0 || fields.some(({ path }) => SECURITY.has(keysOf(path)[1] ?? ''));
}

function weight(change: OrganizationChange): number {
  if (change.action === 'delete') return 0;
  if (change.action === 'release') return 1;
  return touchesSecurity(change) ? 2 : 3;
}

/** A code span, as HTML: no character of the text can end it, and nobody is mentioned by it. */
function code(text: string): string {
  return `<code>${plain(text)}</code>`;
}

/** Text of somebody else: every character that Markdown or HTML would read is a reference to itself. */
function plain(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '·')
    .replaceAll(/[&<>"'`*_~|[\](){}#@!\\:/$]/g, (character) => `&#${character.charCodeAt(0)};`);
}

function count(n: number): string {
  return n.toLocaleString('en-US');
}
