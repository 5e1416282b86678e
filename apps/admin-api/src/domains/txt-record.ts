import { Resolver } from 'node:dns/promises';
import type { DomainClaim, DomainError } from '@rolecall/persistence';

/** Gives the TXT records of a name, each in its parts, or throws an error with a code of `node:dns`. */
export type ResolveTxt = (name: string) => Promise<readonly (readonly string[])[]>;

/** What a look at DNS found. */
export type Found = 'proved' | Exclude<DomainError, 'email_domain_taken'>;

const NOTHING_THERE: ReadonlySet<unknown> = new Set(['ENOTFOUND', 'ENODATA', 'EBADNAME']);

/** What to publish so that the claim is proved. Whoever can do that controls the domain; nobody else has this value. */
export function txtRecordOf({ domain, token }: Pick<DomainClaim, 'domain' | 'token'>) {
  return { type: 'TXT', name: `_rolecall-challenge.${domain}`, value: `rolecall-verification=${token}` } as const;
}

/** Whether the record is there. An answer of DNS has 64 kB at most; there may be other records at the name. */
export async function lookUp(claim: Pick<DomainClaim, 'domain' | 'token'>, resolveTxt: ResolveTxt): Promise<Found> {
  const { name, value } = txtRecordOf(claim);
  try {
    const records = await resolveTxt(name);
    if (records.some((parts) => parts.join('') === value)) return 'proved';
    return records.length > 0 ? 'record_differs' : 'record_missing';
  } catch (error) {
    return NOTHING_THERE.has((error as { code?: unknown } | undefined)?.code) ? 'record_missing' : 'dns_unreachable';
  }
}

/** The resolver of the deployment: these servers, else those of the system. Gives up after some seconds. */
export function txtResolver(servers: readonly string[]): ResolveTxt {
  const resolver = new Resolver({ timeout: 2_000, tries: 2 });
  if (servers.length > 0) resolver.setServers(servers);
  return (name) => resolver.resolveTxt(name);
}
