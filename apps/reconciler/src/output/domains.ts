import type { Domain } from '../server/domains.ts';
import { table } from './table.ts';
import { secondOf } from './time.ts';

const HEADING = ['DOMAIN', 'STATE', 'SINCE', 'LAST LOOK (UTC)', 'FOUND'];

const FOUND: Readonly<Record<NonNullable<Domain['error']>, string>> = {
  record_missing: 'no TXT record',
  record_differs: 'other TXT records only',
  dns_unreachable: 'no answer of DNS',
  email_domain_taken: 'the record, but the domain is another organization\u2019s: ask your platform team',
};

/** Domains as a table, a line each, and the records of those that wait. */
export function domainTable(domains: readonly Domain[]): string {
  const rows = domains.map(({ domain, state, verifiedAt, checkedAt, failingSince, error }) => {
    const since = (state === 'failing' ? failingSince : state === 'verified' ? verifiedAt : null)?.slice(0, 10) ?? '';
    const found = error === null ? (checkedAt === null ? '' : 'the record') : FOUND[error];
    return [domain, state, since, checkedAt === null ? 'never' : secondOf(checkedAt), found];
  });
  return table([HEADING, ...rows]) + recordsToPublish(domains);
}

/** What proves the domains that are not proved; empty when all are. */
export function recordsToPublish(domains: readonly Domain[]): string {
  const waiting = domains.filter(({ state }) => state === 'pending' || state === 'failing');
  if (waiting.length === 0) return '';
  const rows = waiting.map(({ record: { type, name, value } }) => [`  ${name}`, type, value]);
  return `\nTo publish in DNS:\n${table(rows)}`;
}
