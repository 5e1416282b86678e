import type { Json } from '@rolecall/org-config';
import type { Client } from './client.ts';

/** A declared field that is live otherwise. */
export interface DriftedField {
  readonly path: string;
  /** What takes it back. */
  readonly action: 'create' | 'update' | 'rename' | 'delete';
  readonly live?: Json;
  readonly declared?: Json;
  /** No file declares the field: what was there before the override. Older servers say it as `declared`. */
  readonly former?: Json;
  /** What counts where nothing is said. Absent from an older server. */
  readonly default?: Json;
  /** `repository@commit file:line`, as far as it is known. */
  readonly place: string | null;
  readonly by: string | null;
  readonly since: string | null;
  /** Until then it stays. */
  readonly override: HoldsField | null;
  /** The override that set it, which is over. Absent from an older server. */
  readonly ended?: (HoldsField & { readonly refused: string | null }) | null;
}

export interface HoldsField {
  readonly by: string;
  readonly reason: string;
  readonly expires: string;
}

export interface DriftedOrganization {
  readonly organization: string;
  readonly revision: number;
  /** That declares it, in the collection. */
  readonly file: string | null;
  readonly fields: readonly DriftedField[];
  readonly unmanaged: readonly { readonly path: string; readonly by: string | null; readonly since: string | null }[];
}

export interface Drift {
  readonly collection: string;
  readonly organizations: readonly DriftedOrganization[];
  /** Organizations that deviate and are not shown. */
  readonly more: number;
  /** Of the next page. Absent from an older server. */
  readonly nextCursor?: string | null;
}

export interface ServedOverride {
  readonly path: string;
  readonly by: string;
  readonly reason: string;
  readonly at: string;
  readonly expires: string;
  /** It is over, and this code kept the server from taking back what it set. Absent from an older server. */
  readonly refused?: string | null;
}

/** The body of `PATCH /v1/organizations/:organization`. */
export interface OverrideRequest {
  readonly patch: object;
  readonly baseRevision: number;
  readonly allowReplace?: boolean;
  readonly override: { readonly reason: string; readonly expires: string };
}

export interface WrittenOrganization {
  readonly organization: string;
  readonly revision: number;
  readonly fields: readonly { readonly path: string; readonly before?: Json; readonly after?: Json }[];
  readonly overrides: readonly ServedOverride[];
}

export interface EndedOverrides {
  readonly overrides: readonly ServedOverride[];
  /** False = something that they set is live still. Absent in answers of earlier servers. */
  readonly takenBack?: boolean;
  /** The code of why. */
  readonly refused?: string;
}

/** Writes past git at the admin API, and what they left. */
export class DriftClient {
  constructor(private readonly client: Client) {}

  /** A page by name. @param cursor of the page before */
  drift(collection: string, cursor?: string): Promise<Drift> {
    const query = cursor === undefined ? '' : `?cursor=${encodeURIComponent(cursor)}`;
    return this.client.call('GET', `v1/collections/${encodeURIComponent(collection)}/drift${query}`);
  }

  /** All of it. */
  async wholeDrift(collection: string): Promise<Drift> {
    let page = await this.drift(collection);
    const organizations = [...page.organizations];
    while (page.nextCursor !== null && page.nextCursor !== undefined) {
      page = await this.drift(collection, page.nextCursor);
      organizations.push(...page.organizations);
    }
    return { ...page, organizations };
  }

  override(organization: string, request: OverrideRequest): Promise<WrittenOrganization> {
    return this.client.call('PATCH', `v1/organizations/${encodeURIComponent(organization)}`, request);
  }

  overrides(organization: string): Promise<{ readonly overrides: readonly ServedOverride[] }> {
    return this.client.call('GET', `v1/organizations/${encodeURIComponent(organization)}/overrides`);
  }

  /** All, or the one at `path`. */
  endOverrides(organization: string, path?: string): Promise<EndedOverrides> {
    const query = path === undefined ? '' : `?path=${encodeURIComponent(path)}`;
    return this.client.call('DELETE', `v1/organizations/${encodeURIComponent(organization)}/overrides${query}`);
  }
}
