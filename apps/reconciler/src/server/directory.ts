import type { Client } from './client.ts';

/** A token of a directory, without its secret. */
export interface DirectoryToken {
  readonly id: string;
  readonly name: string;
  readonly state: 'active' | 'superseded' | 'expired' | 'revoked' | 'undeclared';
  readonly createdAt: string;
  readonly createdBy: string;
  readonly rotateAt: string;
  readonly expiresAt: string;
  readonly lastUsedAt: string | null;
  readonly revokedAt: string | null;
}

/** What an identity provider asked of a directory; `detail` and names of attributes are its own words. */
export interface DirectoryRequestSummary {
  readonly requestId: string;
  readonly at: string;
  readonly token: string;
  readonly method: string;
  readonly route: string;
  readonly status: number;
  readonly scimType: string | null;
  readonly outcome: 'read' | 'applied' | 'no-op' | 'refused' | 'failed';
  readonly quirks: readonly string[];
  readonly resourceType: string | null;
  readonly resourceId: string | null;
  readonly attributes: readonly string[];
  readonly detail: string | null;
  readonly hint: string | null;
  readonly milliseconds: number;
}

export interface DirectoryRequest extends DirectoryRequestSummary {
  readonly payload: object | null;
}

export interface DirectoryRequestPage {
  readonly requests: readonly DirectoryRequestSummary[];
  readonly nextCursor: string | null;
}

export interface Directory {
  readonly enabled: boolean;
  readonly mode: 'tolerant' | 'strict';
  readonly baseUrl: string;
  readonly users: number;
  readonly activeUsers: number;
  readonly groups: number;
  readonly openHolds: number;
  readonly tokens: readonly DirectoryToken[];
  readonly missingTokens: readonly string[];
  readonly lastRequest: DirectoryRequestSummary | null;
  readonly lastProblem: DirectoryRequestSummary | null;
}

export interface DirectoryHold {
  readonly id: string;
  readonly reason: 'mass_change' | 'last_sso_admin';
  readonly userId: string | null;
  readonly at: string;
  readonly releasedAt: string | null;
  readonly releasedBy: string | null;
}

export interface OffboardingReceipt {
  readonly id: string;
  readonly userId: string;
  readonly at: string;
  /** Name of the directory's token, or of an administrator: `token/<id>`, `user/<id>`. */
  readonly by: string;
  readonly cause: 'deactivated' | 'deleted';
  readonly sessionsEnded: number;
  readonly applicationsEnded: number;
  readonly forwardAuthEnded: number;
  readonly identities: number;
  readonly grants: number;
  readonly groups: number;
  readonly signInsEnded: number;
  readonly linksEnded: number;
  readonly recoverySessionsEnded: number;
  readonly devicesForgotten: number;
  /** null = from before that was noted. */
  readonly effectiveAt: string | null;
  readonly milliseconds: number | null;
}

/** The directory of one organization at the admin API. */
export class DirectoryClient {
  readonly #path: string;

  constructor(
    private readonly client: Client,
    organization: string,
  ) {
    this.#path = `v1/organizations/${encodeURIComponent(organization)}/directory`;
  }

  status(): Promise<Directory> {
    return this.client.call('GET', this.#path);
  }

  /** @returns `value` is SECRET */
  issue(name: string): Promise<{ readonly value: string; readonly baseUrl: string; readonly token: DirectoryToken }> {
    return this.client.call('POST', `${this.#path}/tokens`, { name });
  }

  revoke(id: string): Promise<{ readonly id: string }> {
    return this.client.call('DELETE', `${this.#path}/tokens/${encodeURIComponent(id)}`);
  }

  requests(query: Readonly<Record<string, string>>): Promise<DirectoryRequestPage> {
    return this.client.call('GET', `${this.#path}/requests?${new URLSearchParams(query).toString()}`);
  }

  request(id: string): Promise<DirectoryRequest> {
    return this.client.call('GET', `${this.#path}/requests/${encodeURIComponent(id)}`);
  }

  holds(): Promise<{ readonly holds: readonly DirectoryHold[] }> {
    return this.client.call('GET', `${this.#path}/holds`);
  }

  release(id: string): Promise<{ readonly id: string }> {
    return this.client.call('POST', `${this.#path}/holds/${encodeURIComponent(id)}/release`);
  }

  receipts(limit: number): Promise<{ readonly receipts: readonly OffboardingReceipt[] }> {
    return this.client.call('GET', `${this.#path}/receipts?limit=${limit}`);
  }
}
