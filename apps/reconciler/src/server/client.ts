import type { OrganizationDocument, PlatformDocument } from '@rolecall/org-config';
import type { FileDigest, Limits, Plan, UnmanagedMode } from '@rolecall/reconcile';
import type { Connection } from './connection.ts';
import { request } from './http.ts';
import type { Method, Told } from './http.ts';

export interface SentOrganization {
  readonly document: OrganizationDocument;
  /** Absent when it comes from no file. */
  readonly file?: string;
  /** By JSON pointer: where in the file it stands. */
  readonly lines?: Readonly<Record<string, number>>;
  /** By JSON pointer of the reference. */
  readonly secrets?: Readonly<Record<string, { readonly fingerprint: string }>>;
}

/** The body of `POST /v1/plans`. */
export interface PlanRequest {
  readonly collection: string;
  readonly organizations: readonly SentOrganization[];
  readonly platform?: { readonly document: PlatformDocument; readonly file: string };
  readonly unchangedFiles: readonly string[];
  readonly files: readonly FileDigest[];
  /** Only files at or below these were looked for. Absent = everywhere. */
  readonly within?: readonly string[];
  /** Organizations that files elsewhere declare: none of them is absent. */
  readonly elsewhere?: readonly string[];
  readonly prune: boolean;
  readonly adopt?: boolean;
  readonly unmanaged?: UnmanagedMode;
  readonly conflicts?: 'git';
  /** It speaks of a few organizations, and of no files. */
  readonly partial?: {
    readonly release?: readonly string[];
    readonly prune?: readonly string[];
    /** The documents were read from the server: what no file declared stays so. Default false. */
    readonly fromServer?: boolean;
  };
  readonly limits?: Limits;
  readonly allowReplace?: boolean;
  /** A plan's: name whom it concerns. */
  readonly names?: true;
  /** A plan's: to be applied once, under an id. */
  readonly save?: true;
  readonly origin: { readonly repository?: string; readonly commit?: string };
}

/** The body of `POST /v1/applies`: what was shown, its fingerprint, and the values of secrets. */
export interface ApplyRequest extends Omit<PlanRequest, 'organizations'> {
  readonly organizations: readonly (Omit<SentOrganization, 'secrets'> & {
    /** SECRET. */
    readonly secrets?: Readonly<Record<string, { readonly value: string }>>;
  })[];
  readonly fingerprint: string;
  /** Fencing number of the lease. */
  readonly lease?: number;
  /** Of that lease. SECRET */
  readonly leaseSecret?: string;
  /** Of the saved plan that this is. */
  readonly planId?: string;
  /** The same one again gets the same result. */
  readonly applyId?: string;
}

export interface DueToken {
  readonly organization: string;
  readonly name: string;
  readonly rotateAt: string;
  readonly expiresAt: string;
}

/** Something that ends by itself. */
export interface ExpiringItem {
  /** null = the deployment's own. */
  readonly organization: string | null;
  readonly kind: string;
  readonly name: string;
  readonly expiresAt: string;
  /** Whole days; negative = it has ended. */
  readonly daysLeft: number;
}

export interface Collection {
  readonly name: string;
  readonly generation: number;
  readonly rootDigest: string | null;
  /** Organizations that a plan has to look into though no file changed. Absent from an older server. */
  readonly deviating?: number;
  /** Tokens of directories whose time comes, or is over. Absent from an older server. */
  readonly directoryTokensDue?: readonly DueToken[];
  /** Certificates, metadata and keys that end within 30 days. Absent from an older server. */
  readonly endingSoon?: readonly ExpiringItem[];
  /** Base64; absent for a token that may not plan. */
  readonly fingerprintKey?: string;
}

/** One organization as it is. */
export interface OrganizationRecord {
  readonly name: string;
  readonly collection: string | null;
  readonly revision: number;
  readonly digest: string;
  readonly document: OrganizationDocument;
}

/** The document of the deployment as it is. */
export interface PlatformRecord {
  readonly revision: number;
  readonly collection: string;
  readonly document: PlatformDocument;
}

/** Who made a revision, when and from where. */
export interface RevisionEntry {
  readonly number: number;
  readonly digest: string;
  readonly appliedAt: string;
  readonly appliedBy: string;
  readonly repository: string | null;
  readonly commit: string | null;
  readonly file: string | null;
}

export interface Revision extends RevisionEntry {
  readonly document: OrganizationDocument;
}

export interface Applied {
  /** Absent when it was done before. */
  readonly plan?: Plan;
  readonly applied: readonly { readonly organization: string; readonly revision: number }[];
}

/** The admin API as the commands use it. */
export class Client {
  constructor(private readonly connection: Connection) {}

  collection(name: string): Promise<Collection> {
    return this.call('GET', `v1/collections/${encodeURIComponent(name)}`);
  }

  compare(
    name: string,
    files: readonly Pick<FileDigest, 'path' | 'digest'>[],
  ): Promise<{ changed: readonly string[]; removed: readonly string[] }> {
    return this.call('POST', `v1/collections/${encodeURIComponent(name)}/compare`, { files });
  }

  /** @param told how many users the server looked at by now */
  plan(request: PlanRequest, told?: Told): Promise<Plan> {
    return this.call('POST', 'v1/plans', request, told);
  }

  apply(request: ApplyRequest): Promise<Applied> {
    return this.call('POST', 'v1/applies', request);
  }

  /** A page of organizations by name. @param cursor `nextCursor` of the page before, or null */
  organizations(cursor: string | null): Promise<{
    readonly organizations: readonly { readonly name: string; readonly digest: string }[];
    readonly nextCursor: string | null;
  }> {
    const query = new URLSearchParams({ limit: '1000', ...(cursor !== null && { cursor }) });
    return this.call('GET', `v1/organizations?${query.toString()}`);
  }

  /** The same with the documents, as many as the server puts into one answer. */
  documents(
    cursor: string | null,
  ): Promise<{ readonly organizations: readonly OrganizationRecord[]; readonly nextCursor: string | null }> {
    const query = new URLSearchParams({ documents: 'true', limit: '250', ...(cursor !== null && { cursor }) });
    return this.call('GET', `v1/organizations?${query.toString()}`);
  }

  /** The document of the deployment. */
  platform(): Promise<PlatformRecord> {
    return this.call('GET', 'v1/platform');
  }

  organization(name: string): Promise<OrganizationRecord> {
    return this.call('GET', `v1/organizations/${encodeURIComponent(name)}`);
  }

  /** A page of what ends by itself, the earliest first. */
  expiry(
    query: Readonly<Record<string, string>>,
  ): Promise<{ readonly items: readonly ExpiringItem[]; readonly nextCursor: string | null }> {
    return this.call('GET', `v1/expiry?${new URLSearchParams(query).toString()}`);
  }

  /** The newest first. */
  revisions(
    organization: string,
    query: Readonly<Record<string, string>>,
  ): Promise<{ readonly revisions: readonly RevisionEntry[]; readonly nextCursor: string | null }> {
    const at = `v1/organizations/${encodeURIComponent(organization)}/revisions`;
    return this.call('GET', `${at}?${new URLSearchParams(query).toString()}`);
  }

  revision(organization: string, number: number): Promise<Revision> {
    return this.call('GET', `v1/organizations/${encodeURIComponent(organization)}/revisions/${number}`);
  }

  /** One request of any operation. */
  call<T>(method: Method, path: string, body?: unknown, told?: Told): Promise<T> {
    return request(this.connection, method, path, body, told);
  }
}
