import { whenIs } from '@rolecall/org-config';
import type { ExpiringItem } from '../server/client.ts';
import type { Paint } from './style.ts';
import { table } from './table.ts';
import { dayOf } from './time.ts';

/** What each kind is called, and who has to do what before its end. */
const KINDS: Readonly<Record<string, { readonly what: string; readonly todo: string }>> = {
  'idp-certificate': {
    what: 'signing certificate of the identity provider',
    todo: 'its administrator replaces it; with metadata behind a URL the rest happens by itself',
  },
  'metadata-valid-until': { what: 'metadata', todo: 'its administrator publishes metadata with a later validUntil' },
  'client-secret': { what: 'client secret', todo: 'make another at the identity provider, and apply it' },
  'application-secret': {
    what: 'client secret of the application',
    todo: 'make another, give it to the application, and apply it',
  },
  'scim-token': { what: 'token of the directory', todo: 'rolecall scim token issue ORG NAME' },
  'sp-key': { what: 'our key', todo: 'raise serviceProviderKeys.generation, and apply it' },
  override: {
    what: 'override of git',
    todo: 'put into the file what shall stay, or let it end: the next apply takes it back',
  },
  exemption: {
    what: 'exemption from single sign-on',
    todo: 'correct `expires` in spec.login.exemptions should it last longer, else remove it',
  },
  'api-token': { what: 'API token', todo: 'rolecall token create' },
};

/** One line each, then what there is to do for the kinds that end within 30 days. */
export function expiryTable(items: readonly ExpiringItem[], paint: Paint): string {
  const rows = items.map(({ expiresAt, daysLeft, organization, kind, name }) => [
    dayOf(expiresAt),
    whenIs(daysLeft),
    organization ?? '-',
    kind,
    name,
  ]);
  const [heading = '', ...lines] = table([['ENDS', 'WHEN', 'ORGANIZATION', 'KIND', 'NAME'], ...rows]).split('\n');
  const painted = lines.map((line, index) => {
    const left = items[index]?.daysLeft ?? Number.MAX_SAFE_INTEGER;
    return left < 7 ? paint('error', line) : left < 30 ? paint('warning', line) : line;
  });
  const soon = [...new Set(items.filter(({ daysLeft }) => daysLeft < 30).map(({ kind }) => kind))];
  const todo = soon.flatMap((kind) => (KINDS[kind] ? [`  ${kind}: ${KINDS[kind].todo}\n`] : []));
  return `${[heading, ...painted].join('\n')}${todo.length > 0 ? `\nWhat to do:\n${todo.join('')}` : ''}`;
}

/** Lines for what a server tells beside a plan; nothing when nothing ends soon. */
export function endingText(items: readonly ExpiringItem[]): string {
  return items
    .map(({ organization, kind, name, daysLeft, expiresAt }) => {
      const what = KINDS[kind]?.what ?? kind;
      const verb = daysLeft < 0 ? 'ended' : 'ends';
      const day = dayOf(expiresAt);
      return `${organization ?? 'The deployment'}: the ${what} (${name}) ${verb} ${whenIs(daysLeft)} (${day})\n`;
    })
    .join('');
}
