import { isUtf8 } from 'node:buffer';
import { parseIdpMetadata, SamlError } from '@rolecall/saml';
import { OutboundError } from '@rolecall/platform';
import type { GuardedFetch } from '@rolecall/platform';

/** Something wrong with an IdP's metadata: a stable code and a sentence for the platform team. */
export interface MetadataProblem {
  readonly code: string;
  readonly message: string;
}

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Reads IdP metadata: fetched through the guard, parsed, and with a sign-on address that a browser may be sent to. */
export class MetadataSource {
  constructor(
    private readonly guarded: GuardedFetch,
    /** Origins that may be http, for development and internal IdPs. */
    private readonly allowedOrigins: readonly string[],
    /** Development: a browser may also be sent to an http address of this machine. Nothing is fetched from there. */
    private readonly loopbackAllowed = false,
  ) {}

  /** What is wrong with a metadata document; empty = it can be used. */
  check(xml: string, now: Date): readonly MetadataProblem[] {
    try {
      const { ssoUrl } = parseIdpMetadata(xml, { now, allowHttp: true });
      const { protocol, origin, hostname } = new URL(ssoUrl);
      if (protocol === 'https:' || this.allowedOrigins.includes(origin)) return [];
      if (this.loopbackAllowed && LOOPBACK.has(hostname)) return [];
      return [
        { code: 'metadata_sso_url_insecure', message: `the sign-on address must be https, or ${origin} be allowed` },
      ];
    } catch (error) {
      return [problemOf(error)];
    }
  }

  /** @returns the metadata document, checked, or what is wrong with it or with getting it */
  async fetch(url: string, now: Date): Promise<{ readonly xml: string } | { readonly problem: MetadataProblem }> {
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
      const xml = body.toString();
      const [problem] = this.check(xml, now);
      return problem ? { problem } : { xml };
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
