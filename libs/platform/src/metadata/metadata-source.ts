import { isUtf8 } from 'node:buffer';
import type { DeclaredMetadata, SamlIdentityProvider } from '@rolecall/org-config';
import { parseIdpMetadata, SAML_ERROR_CODES, SamlError } from '@rolecall/saml';
import type { IdpMetadata, MetadataOptions } from '@rolecall/saml';
import { OutboundError } from '../outbound/guarded-fetch.ts';
import type { GuardedFetch } from '../outbound/guarded-fetch.ts';

/** Something wrong with an IdP's metadata: a stable code and a sentence for the platform team. */
export interface MetadataProblem {
  readonly code: string;
  readonly message: string;
}

/** Metadata that can be used, as text and read. */
export interface UsableMetadata {
  readonly xml: string;
  readonly metadata: IdpMetadata;
}

/** Metadata behind a URL, as a document declares it. */
export type MetadataUrl = Extract<DeclaredMetadata, { url: string }>;

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);
const BEGINNING_OF_TIME = new Date(0);

/** Reads IdP metadata: fetched through the guard, parsed, and with a sign-on address that a browser may be sent to. */
export class MetadataSource {
  constructor(
    private readonly guarded: GuardedFetch,
    /** Origins that may be http, for development and internal IdPs. */
    private readonly allowedOrigins: readonly string[],
    /** Development: a browser may also be sent to an http address of this machine. Nothing is fetched from there. */
    private readonly loopbackAllowed = false,
  ) {}

  /**
   * What a metadata document says, or what is wrong with it.
   * @param options `entityId` picks the entity, `signedBy` is who must have signed it
   */
  read(
    xml: string,
    options: Pick<MetadataOptions, 'entityId' | 'signedBy' | 'now'>,
  ): UsableMetadata | { readonly problem: MetadataProblem } {
    try {
      const metadata = parseIdpMetadata(xml, { ...options, allowHttp: true });
      if (this.isSafe(metadata.ssoUrl)) return { xml, metadata };
      const message = `the sign-on address must be https, or ${new URL(metadata.ssoUrl).origin} be allowed`;
      return { problem: { code: 'metadata_sso_url_insecure', message } };
    } catch (error) {
      return { problem: problemOf(error) };
    }
  }

  /** What metadata says that was usable when it was stored, also when it has ended since. */
  readStored(xml: string, entityId: string | undefined): UsableMetadata | { readonly problem: MetadataProblem } {
    return this.read(xml, { entityId, now: BEGINNING_OF_TIME });
  }

  /** What the document asks of a connection and this metadata, which is usable, does not offer; undefined = nothing. */
  checkNeeds(
    { singleLogout, requestBinding, metadata: { entityId } }: SamlIdentityProvider,
    xml: string,
  ): MetadataProblem | undefined {
    return (
      (singleLogout ? this.checkSingleLogout(xml, entityId) : undefined) ??
      (requestBinding === 'post' ? this.checkPostBinding(xml, entityId) : undefined)
    );
  }

  /** What single logout lacks in metadata that can be used for signing in; undefined = nothing. */
  private checkSingleLogout(xml: string, entityId: string | undefined): MetadataProblem | undefined {
    const got = this.readStored(xml, entityId);
    if ('problem' in got) return got.problem;
    const { singleLogout } = got.metadata;
    if (singleLogout && [singleLogout.url, singleLogout.responseUrl].every((url) => this.isSafe(url))) return undefined;
    const { sentence: message } = SAML_ERROR_CODES.metadata_no_single_logout;
    return { code: 'metadata_no_single_logout', message };
  }

  /** What keeps AuthnRequests from going by HTTP-POST, with metadata that is usable. */
  private checkPostBinding(xml: string, entityId: string | undefined): MetadataProblem | undefined {
    const got = this.readStored(xml, entityId);
    if ('problem' in got) return got.problem;
    const { ssoPostUrl } = got.metadata;
    if (ssoPostUrl !== undefined && this.isSafe(ssoPostUrl)) return undefined;
    return { code: 'metadata_no_post_endpoint', message: SAML_ERROR_CODES.metadata_no_post_endpoint.sentence };
  }

  /** Whether a browser may be sent there. */
  private isSafe(url: string): boolean {
    const { protocol, origin, hostname } = new URL(url);
    if (protocol === 'https:' || this.allowedOrigins.includes(origin)) return true;
    return this.loopbackAllowed && LOOPBACK.has(hostname);
  }

  /** @returns the metadata behind a URL, checked, or what is wrong with it or with getting it */
  async fetch(
    { url, entityId, signedBy }: MetadataUrl,
    now: Date,
  ): Promise<UsableMetadata | { readonly problem: MetadataProblem }> {
    try {
      const { body, contentType } = await this.guarded.get(
        url,
        'application/samlmetadata+xml, application/xml, text/xml',
      );
      if (!isXmlType(contentType)) {
        const message = `the URL answers with ${contentType}, not with XML; is it the address of a page for people?`;
        return { problem: { code: 'metadata_not_xml', message } };
      }
      if (!isUtf8(body))
        return { problem: { code: 'metadata_not_utf8', message: 'the metadata is not encoded in UTF-8' } };
      return this.read(body.toString(), { entityId, signedBy, now });
    } catch (error) {
      return { problem: problemOf(error) };
    }
  }
}

/** IdPs are lax about the type; only what is certainly something else is refused. */
function isXmlType(type: string): boolean {
  return type === '' || type.endsWith('xml') || type === 'text/plain' || type === 'application/octet-stream';
}

/** Errors of the guard and of the parser are made to be shown; anything else is a fault of ours. */
function problemOf(error: unknown): MetadataProblem {
  if (error instanceof OutboundError || error instanceof SamlError) return { code: error.code, message: error.message };
  throw error;
}
