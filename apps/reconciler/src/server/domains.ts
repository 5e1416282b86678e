import type { Client } from './client.ts';

/** An e-mail domain of an organization, and the TXT record that proves it. */
export interface Domain {
  readonly domain: string;
  readonly verification: 'dns' | 'asserted';
  readonly state: 'asserted' | 'pending' | 'verified' | 'failing';
  readonly record: { readonly type: 'TXT'; readonly name: string; readonly value: string };
  readonly verifiedAt: string | null;
  readonly checkedAt: string | null;
  readonly failingSince: string | null;
  readonly error: 'record_missing' | 'record_differs' | 'dns_unreachable' | 'email_domain_taken' | null;
}

/** E-mail domains of one organization at the admin API. */
export class DomainsClient {
  readonly #path: string;

  constructor(
    private readonly client: Client,
    organization: string,
  ) {
    this.#path = `v1/organizations/${encodeURIComponent(organization)}/domains`;
  }

  list(): Promise<{ readonly domains: readonly Domain[] }> {
    return this.client.call('GET', this.#path);
  }

  /** Has the server look the record up now. */
  check(domain: string): Promise<Domain> {
    return this.client.call('POST', `${this.#path}/${encodeURIComponent(domain)}/check`);
  }
}
