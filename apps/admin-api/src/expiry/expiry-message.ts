import type { ExpiringItem, ExpiryKind } from '@rolecall/persistence';
import type { Mail } from '@rolecall/platform';
import { daysLeft } from './expiry-view.ts';

/** What each kind is called, and what the platform team does about it. */
const KINDS: Readonly<Record<ExpiryKind, { readonly what: string; readonly todo: string }>> = {
  'idp-certificate': {
    what: 'Signing certificate of the identity provider',
    todo: 'ask the administrator there to replace it; with metadata behind a URL the rest happens by itself',
  },
  'metadata-valid-until': {
    what: 'Metadata of the identity provider',
    todo: 'ask the administrator there to publish it with a later validUntil',
  },
  'client-secret': { what: 'Client secret', todo: 'make another at the identity provider, and apply it' },
  'scim-token': { what: 'Token of the directory', todo: 'rolecall scim token issue' },
  'sp-key': { what: 'Our key', todo: 'raise serviceProviderKeys.generation, and apply it' },
  override: {
    what: 'Override of git',
    todo: 'put into the file what shall stay, or let it end: the next apply takes it back',
  },
  'api-token': { what: 'API token', todo: 'rolecall token create' },
};

/** The most that one mail lists; `rolecall expiry` shows all. */
const MAX_LISTED = 100;

/** The message to the platform team about what ends. Names come from documents: nothing of them is taken for markup. */
export function expiryMessage(items: readonly ExpiringItem[], to: readonly string[], now: Date): Mail {
  const listed = items.slice(0, MAX_LISTED).map((item) => ({
    when: whenOf(item, now),
    organization: item.organization ?? 'the deployment',
    what: `${KINDS[item.kind].what} ${item.name}`,
    todo: KINDS[item.kind].todo,
  }));
  const more = items.length > MAX_LISTED ? `And ${items.length - MAX_LISTED} more.` : '';
  const closing = 'Everything that ends: rolecall expiry --within 30d';
  const ended = items.filter((item) => daysLeft(item, now) < 0).length;
  return {
    to,
    subject: subjectOf(items.length, ended),
    text: [
      ...listed.map(({ when, organization, what, todo }) => `${when}  ${organization}: ${what}\n    ${todo}\n`),
      ...(more ? [more] : []),
      `${closing}\n`,
    ].join('\n'),
    html: [
      '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>What ends soon</title></head><body>',
      '<table cellpadding="6"><tr><th align="left">When</th><th align="left">Organization</th><th align="left">What</th>',
      '<th align="left">To do</th></tr>',
      ...listed.map(
        ({ when, organization, what, todo }) =>
          `<tr>${[when, organization, what, todo].map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`,
      ),
      `</table>${more && `<p>${more}</p>`}<p>${closing.replace(/rolecall.*/, '<code>$&</code>')}</p></body></html>`,
    ].join('\n'),
  };
}

function subjectOf(all: number, ended: number): string {
  const soon = all - ended;
  const parts = [soon > 0 && `${soon} ${soon === 1 ? 'thing ends' : 'things end'} soon`, ended > 0 && `${ended} ended`];
  return `Rolecall: ${parts.filter(Boolean).join(', ')}`;
}

function whenOf(item: ExpiringItem, now: Date): string {
  const left = daysLeft(item, now);
  const day = item.expiresAt.toISOString().slice(0, 10);
  if (left === 0) return `${day} (within a day)`;
  const count = `${Math.abs(left)} ${Math.abs(left) === 1 ? 'day' : 'days'}`;
  return `${day} (${left < 0 ? `${count} ago` : `in ${count}`})`;
}

function escaped(text: string): string {
  const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return text.replaceAll(/[&<>"]/g, (character) => entities[character] ?? '');
}
