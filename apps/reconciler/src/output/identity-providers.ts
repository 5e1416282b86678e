import type { IdentityProvider, PublishedMetadata } from '../server/identity-providers.ts';
import { printable } from './printable.ts';
import type { Paint } from './style.ts';
import { table } from './table.ts';
import { dayOf, minuteOf } from './time.ts';

const HEADING = ['NAME', 'TYPE', 'STATE', 'METADATA', 'REFRESHED (UTC)', 'CERTIFICATE ENDS', 'PROBLEM'];

/** Identity providers as a table, a line each. */
export function identityProviderTable(providers: readonly IdentityProvider[]): string {
  const rows = providers.map(({ name, type, enabled, metadata }) => {
    const state = enabled ? 'enabled' : 'disabled';
    if (metadata === null) return [name, type, state, '', '', '', ''];
    const source =
      metadata.refreshSeconds === null ? 'in the document' : `every ${durationOf(metadata.refreshSeconds)}`;
    const problem = metadata.error?.code ?? '';
    return [name, type, state, source, minuteIfAny(metadata.lastSuccess), endOf(metadata.inUse), problem];
  });
  return table([HEADING, ...rows]);
}

/** What to look at before held metadata is accepted; empty when nothing is held. */
export function heldText(organization: string, { name, metadata }: IdentityProvider, paint: Paint): string {
  const held = metadata?.held;
  if (!metadata || !held) return '';
  const moved = held.contents && metadata.inUse && held.contents.ssoUrl !== metadata.inUse.ssoUrl;
  return [
    '',
    paint('strong', `${name} serves new metadata since ${minuteOf(held.since)} UTC, and it is not used: ${held.code}`),
    `  ${printable(held.message)}`,
    ...certificates('in use', metadata.inUse),
    ...(moved ? [`  in use   signs in at ${printable(metadata.inUse?.ssoUrl ?? '')}`] : []),
    ...certificates('waiting', held.contents),
    ...(moved ? [`  waiting  signs in at ${printable(held.contents?.ssoUrl ?? '')}`] : []),
    `  to accept: rolecall idps accept ${organization} ${name} ${held.digest}`,
    '',
  ].join('\n');
}

function certificates(label: string, contents: PublishedMetadata | null): string[] {
  return (contents?.signingCertificates ?? []).map(({ fingerprint, key, expires }) => {
    return `  ${label.padEnd(7)}  ${colons(fingerprint)}  ${printable(key)}, ends ${dayOf(expires)}`;
  });
}

/** As `openssl x509 -fingerprint -sha256` writes it. */
const colons = (fingerprint: string) => (fingerprint.match(/../g) ?? []).join(':').toUpperCase();

/** Of the certificate that ends last: until then the identity provider has a current one. */
function endOf(contents: PublishedMetadata | null): string {
  const ends = (contents?.signingCertificates ?? []).map(({ expires }) => dayOf(expires)).sort();
  return ends.at(-1) ?? '';
}

const minuteIfAny = (moment: string | null) => (moment === null ? '' : minuteOf(moment));

function durationOf(seconds: number): string {
  const unit = ([86_400, 3_600, 60] as const).find((size) => seconds % size === 0) ?? 1;
  return `${seconds / unit}${{ 86_400: 'd', 3_600: 'h', 60: 'm', 1: 's' }[unit]}`;
}
