import { onceEach } from '@rolecall/org-config';
import type { OrganizationReader } from '@rolecall/persistence';
import type { MetadataSource } from '@rolecall/platform';
import type { OrganizationHead } from '@rolecall/reconcile';
import { parseIdpMetadata, SamlError } from '@rolecall/saml';
import type { IdpMetadata } from '@rolecall/saml';
import type { OpenIdProviders } from './openid-providers.ts';

/** What identity providers are prepared with. */
export interface Preparation {
  readonly heads: ReadonlyMap<string, OrganizationHead>;
  readonly organizations: OrganizationReader;
  readonly metadata: MetadataSource;
  readonly providers: OpenIdProviders;
  /** A plan is rolled back, so it makes no keys: nothing that it shows depends on them. */
  readonly makeKeys: boolean;
  readonly now: Date;
}

/** What reads metadata, each text of this request once. */
export interface Reading extends Preparation {
  readonly read: (xml: string, entityId?: string) => ReturnType<MetadataSource['read']>;
  /** Undefined when the metadata is of no use any more. */
  readonly parsed: (xml: string, entityId?: string) => IdpMetadata | undefined;
}

export function readingOf(preparation: Preparation): Reading {
  const { metadata, now } = preparation;
  return {
    ...preparation,
    read: onceEach((xml, entityId) => metadata.read(xml, { entityId, now })),
    parsed: onceEach((xml, entityId) => parsedMetadata(xml, entityId, now)),
  };
}

function parsedMetadata(xml: string, entityId: string | undefined, now: Date): IdpMetadata | undefined {
  try {
    return parseIdpMetadata(xml, { now, entityId, allowHttp: true });
  } catch (error) {
    if (error instanceof SamlError) return undefined;
    throw error;
  }
}
