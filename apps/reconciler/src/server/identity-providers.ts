import type { Client } from './client.ts';

/** An identity provider as it is now. */
export interface IdentityProvider {
  readonly name: string;
  readonly type: 'saml' | 'oidc';
  readonly displayName: string;
  readonly enabled: boolean;
  readonly issuer: string | null;
  /** Of a SAML one. */
  readonly metadata: {
    readonly url: string | null;
    readonly refreshSeconds: number | null;
    readonly lastSuccess: string | null;
    readonly error: { readonly code: string; readonly message: string } | null;
    readonly inUse: PublishedMetadata | null;
    readonly held: {
      readonly digest: string;
      readonly since: string;
      readonly code: string;
      readonly message: string;
      readonly contents: PublishedMetadata | null;
    } | null;
  } | null;
}

/** What a metadata document says. */
export interface PublishedMetadata {
  readonly entityId: string;
  readonly ssoUrl: string;
  readonly signingCertificates: readonly {
    readonly fingerprint: string;
    readonly expires: string;
    readonly key: string;
  }[];
}

/** What came of a refresh that was asked for; `error` says why nothing was taken. */
export interface MetadataRefreshed {
  readonly outcome: 'unchanged' | 'use' | 'hold' | 'failed' | 'overtaken';
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** Identity providers of one organization at the admin API. */
export class IdentityProvidersClient {
  readonly #path: string;

  constructor(
    private readonly client: Client,
    organization: string,
  ) {
    this.#path = `v1/organizations/${encodeURIComponent(organization)}/identity-providers`;
  }

  list(): Promise<{ readonly identityProviders: readonly IdentityProvider[] }> {
    return this.client.call('GET', this.#path);
  }

  refreshMetadata(name: string): Promise<MetadataRefreshed> {
    return this.client.call('POST', `${this.#path}/${encodeURIComponent(name)}/metadata/refresh`);
  }

  acceptMetadata(name: string, digest: string): Promise<object> {
    return this.client.call('POST', `${this.#path}/${encodeURIComponent(name)}/metadata/accept`, { digest });
  }
}
