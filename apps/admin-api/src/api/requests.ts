import type { FileDigest, Limits, UnmanagedMode } from '@rolecall/reconcile';

/** `CompareRequest` of the API. */
export interface CompareRequest {
  readonly files: readonly { readonly path: string; readonly digest: string }[];
}

/** `PlanRequest` of the API: of the documents only that they are objects is known. */
export interface PlanRequest {
  readonly collection: string;
  readonly organizations: readonly SentOrganization[];
  /** `kind: Platform`, when a file that was sent has it. UNTRUSTED */
  readonly platform?: { readonly document: object; readonly file?: string };
  readonly unchangedFiles: readonly string[];
  readonly files: readonly FileDigest[];
  /** Only files at or below these paths were looked for. Absent = everywhere. */
  readonly within?: readonly string[];
  /** Organizations that files elsewhere declare: none of them is absent. Default none. */
  readonly elsewhere?: readonly string[];
  readonly prune: boolean;
  /** Default false. */
  readonly adopt?: boolean;
  /** It speaks of a few organizations, and of no files. */
  readonly partial?: {
    readonly release?: readonly string[];
    readonly prune?: readonly string[];
    /** The documents were read from the server: what no file declared stays so. Default false. */
    readonly fromServer?: boolean;
  };
  /** How far it may go. */
  readonly limits?: Limits;
  /** Remove and replace also identity providers that users are linked to. Default false. */
  readonly allowReplace?: boolean;
  /** A plan's only: to be applied once, under an id. Default false. */
  readonly save?: boolean;
  /** A plan's only: name whom it concerns. Default false. */
  readonly names?: boolean;
  /** Default `report`. */
  readonly unmanaged?: UnmanagedMode;
  /** Default `refuse`. */
  readonly conflicts?: 'refuse' | 'git';
  readonly origin: { readonly repository?: string; readonly commit?: string };
}

/** `ApplyRequest` of the API. */
export interface ApplyRequest extends PlanRequest {
  readonly fingerprint: string;
  /** Fencing number of the caller's lease. */
  readonly lease?: number;
  /** Of that lease, as its taking gave it. SECRET */
  readonly leaseSecret?: string;
  /** Of a saved plan. */
  readonly planId?: string;
  /** Chosen by the client: the same one again gets the same result. */
  readonly applyId?: string;
}

/** `LeaseRequest` of the API. */
export interface LeaseRequest {
  readonly holder: string;
}

/** `LeaseRenewal` of the API. */
export interface LeaseRenewal {
  readonly fencing: number;
  /** SECRET */
  readonly secret: string;
}

/** `OrganizationPatch` of the API. */
export interface OrganizationPatch {
  /** UNTRUSTED: a JSON merge patch (RFC 7396) of the document. */
  readonly patch: object;
  readonly baseRevision: number;
  /** Default false. */
  readonly allowReplace?: boolean;
  /** Break-glass, for fields that a collection declares. */
  readonly override?: { readonly reason: string; readonly expires: string };
  /** SECRET. By JSON pointer into the document. */
  readonly secrets?: Readonly<Record<string, { readonly value: string }>>;
}

/** `AcceptMetadataRequest` of the API. */
export interface AcceptMetadataRequest {
  /** Of the held metadata that was looked at, SHA-256. */
  readonly digest: string;
}

/** `DirectoryTokenRequest` of the API. */
export interface DirectoryTokenRequest {
  /** In `spec.scim.tokens`. */
  readonly name: string;
}

export interface SentOrganization {
  /** UNTRUSTED: as good as the client that sent it. */
  readonly document: object;
  readonly file?: string;
  /** By JSON pointer into the document. */
  readonly lines?: Readonly<Record<string, number>>;
  /**
   * By JSON pointer into the document, e.g. `/spec/identityProviders/google/clientSecret`. A plan has fingerprints, made
   * with the key of the collection, an apply has SECRET values.
   */
  readonly secrets?: Readonly<Record<string, { readonly fingerprint: string } | { readonly value: string }>>;
}
