import type { ExpiringItem, ExpiryKind } from '@rolecall/persistence';
import { inFrame, oneLine } from '@rolecall/platform';
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
  'application-secret': {
    what: 'Client secret of the application',
    todo: 'make another, give it to the application, and apply it',
  },
  'scim-token': { what: 'Token of the directory', todo: 'rolecall scim token issue' },
  'sp-key': { what: 'Our key', todo: 'raise serviceProviderKeys.generation, and apply it' },
  override: {
    what: 'Override of git',
    todo: 'put into the file what shall stay, or let it end: the next apply takes it back',
  },
  exemption: {
    what: 'Exemption from single sign-on of',
    todo: 'correct expires in spec.login.exemptions should it last longer, else remove it',
  },
  'api-token': { what: 'API token', todo: 'rolecall token create' },
};

/** The most that one mail lists; `rolecall expiry` shows all. */
const MAX_LISTED = 100;

/** The message to the platform team about what ends. Names come from documents: nothing of them is taken for markup. */
export function expiryMessage(items: readonly ExpiringItem[], to: readonly string[], now: Date): Mail {
  const rows = items.slice(0, MAX_LISTED).map((item) => ({
    title: oneLine(`${item.organization ?? 'the deployment'}: ${KINDS[item.kind].what} ${item.name}`),
    lines: [whenOf(item, now), KINDS[item.kind].todo],
  }));
  const more = items.length > MAX_LISTED ? [{ p: `And ${items.length - MAX_LISTED} more.` }] : [];
  const ended = items.filter((item) => daysLeft(item, now) < 0).length;
  const closing = { small: 'Everything that ends: rolecall expiry --within 30d' };
  const message = { subject: subjectOf(items.length, ended), parts: [{ rows }, ...more, closing] };
  return { to, ...inFrame(message, { name: 'Rolecall' }) };
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
