import type { WireEvent } from '@rolecall/audit';
import type { Client } from './client.ts';

/** The end of a log, as the server signs it. */
export interface AuditHead {
  readonly organization: string | null;
  readonly seq: number;
  readonly hash: string;
  readonly at: string;
  readonly jws: string;
}

export type PublicKey = Readonly<Record<string, string>>;

/** Which events, as the API calls it. */
export type AuditQuery = Readonly<
  Partial<Record<'type' | 'actor' | 'subject' | 'address' | 'since' | 'until' | 'export', string>>
>;

const PAGE = 1000;

/** The audit log of an organization, or of the deployment. */
export class AuditClient {
  readonly #path: string;

  constructor(
    private readonly client: Client,
    organization: string | undefined,
  ) {
    this.#path = organization === undefined ? 'v1/audit' : `v1/organizations/${encodeURIComponent(organization)}/audit`;
  }

  async page(
    query: AuditQuery,
    after: number,
    limit: number,
  ): Promise<{ events: readonly WireEvent[]; nextAfter: number | null }> {
    const from: Readonly<Record<string, string>> = after === 0 ? {} : { after: String(after) };
    const parameters = new URLSearchParams({ ...query, ...from, limit: String(limit) });
    return this.client.call('GET', `${this.#path}?${parameters.toString()}`);
  }

  /** All of them, a page at a time: what was read before is not kept. */
  async *every({ export: exports, ...query }: AuditQuery): AsyncGenerator<WireEvent> {
    for (let after: number | null = 0; after !== null;) {
      const first = after === 0 && exports !== undefined ? { export: exports } : {};
      const page: { events: readonly WireEvent[]; nextAfter: number | null } = await this.page(
        { ...query, ...first },
        after,
        PAGE,
      );
      yield* page.events;
      after = page.nextAfter;
    }
  }

  head(): Promise<AuditHead> {
    return this.client.call('GET', `${this.#path}/head`);
  }

  /** By which the server's signatures are checked. */
  async keys(): Promise<readonly PublicKey[]> {
    return (await this.client.call<{ keys: readonly PublicKey[] }>('GET', '.well-known/jwks.json')).keys;
  }
}
