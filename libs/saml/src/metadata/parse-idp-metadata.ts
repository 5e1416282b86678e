import type { IdpMetadata } from '../connection.ts';
import { refuse } from '../errors.ts';
import { parseDateTime } from '../xml/date-time.ts';
import { childrenOf, isElement, type XmlElement } from '../xml/element.ts';
import { NS } from '../xml/namespaces.ts';
import { parseXml, type XmlLimits } from '../xml/parse-xml.ts';
import { signedMetadata } from './signed-metadata.ts';
import { signingKeysOf } from './signing-keys.ts';
import { singleLogoutServiceOf } from './single-logout-service.ts';
import { singleSignOnOf } from './single-sign-on-service.ts';

const MAX_METADATA_BYTES = 1024 * 1024;
const METADATA_LIMITS: XmlLimits = {
  elements: 20_000,
  depth: 40,
  attributes: 60,
  namespaces: 100,
  comments: 'skip',
  undeclarations: 'refuse',
};
const MAX_ENTITY_ID = 1024;

/** How to read a metadata document. */
export interface MetadataOptions {
  /** The IdP to pick; needed when the document holds several. */
  readonly entityId?: string;
  readonly now: Date;
  /** Take an http: sign-on URL, for an IdP on the developer's machine. Default false. */
  readonly allowHttp?: boolean;
  /**
   * Certificate, PEM, of the key that must have signed the document's root. Such a document must end as well, within 90
   * days: an old copy with an old key could be shown again for ever (saml2int SDP-MD02, SDP-MD03).
   */
  readonly signedBy?: string;
}

const MAX_SIGNED_VALIDITY_MS = 90 * 24 * 60 * 60 * 1000;

/**
 * Reads an IdP's metadata (SAML metadata 2.3-2.4): an EntityDescriptor, or an EntitiesDescriptor of which the configured
 * entity is picked, never the first. TRUST: the text must come from whom the platform team trusts, by https or git; its
 * own signature is checked when `signedBy` says by whom, else ignored.
 *
 * @throws SamlError `metadata_…` or `xml_…`, and what refuses the form of a signature
 */
export function parseIdpMetadata(xml: string, options: MetadataOptions): IdpMetadata {
  const { entityId, now, allowHttp = false, signedBy } = options;
  if (Buffer.byteLength(xml) > MAX_METADATA_BYTES) refuse('metadata_too_large');
  const document = parseXml(xml.replace(/^\uFEFF/, ''), METADATA_LIMITS);
  const root = signedBy === undefined ? document : signedMetadata(document, signedBy);
  if (!isElement(root, NS.metadata, 'EntityDescriptor') && !isElement(root, NS.metadata, 'EntitiesDescriptor')) {
    refuse('metadata_not_saml', { got: root.localName });
  }
  const role = pickIdentityProvider(root, entityId);
  const validUntil = endOf(role);
  if (validUntil !== undefined && validUntil <= now) refuse('metadata_expired', { got: validUntil.toISOString() });
  if (signedBy !== undefined) requireNearEnd(validUntil, now);
  const singleSignOn = singleSignOnOf(role, { allowHttp });
  const keys = signingKeysOf(role);
  const singleLogout = singleLogoutServiceOf(role, { allowHttp });
  return {
    entityId: entityIdOf(role),
    ...singleSignOn,
    ...(singleLogout === undefined ? {} : { singleLogout }),
    signingCertificates: keys.map(({ certificate }) => certificate),
    certificatesExpire: keys.map(({ expires }) => expires),
    ...(validUntil === undefined ? {} : { validUntil }),
    wantAuthnRequestsSigned: ['true', '1'].includes(role.attributes.get('WantAuthnRequestsSigned') ?? ''),
  };
}

function requireNearEnd(validUntil: Date | undefined, now: Date): void {
  if (validUntil === undefined) return refuse('metadata_valid_until_missing');
  if (validUntil.getTime() - now.getTime() > MAX_SIGNED_VALIDITY_MS)
    refuse('metadata_valid_until_too_far', { got: validUntil.toISOString(), want: 'at most 90 days' });
}

/** The IDPSSODescriptor of the configured entity, or of the only one. */
function pickIdentityProvider(root: XmlElement, entityId: string | undefined): XmlElement {
  const roles = entitiesOf(root)
    .flatMap((entity) => childrenOf(entity, NS.metadata, 'IDPSSODescriptor'))
    .filter((role) => (role.attributes.get('protocolSupportEnumeration') ?? '').split(/\s+/).includes(NS.protocol));
  const known = roles.map(entityIdOf);
  const wanted = entityId === undefined ? roles : roles.filter((role) => entityIdOf(role) === entityId);
  const [role, ...others] = wanted;
  if (roles.length === 0) refuse('metadata_no_identity_provider');
  if (role === undefined) return refuse('metadata_entity_not_found', { got: known.join(' '), want: entityId });
  if (others.length > 0) refuse('metadata_several_entities', { got: known.join(' ') });
  return role;
}

/** Every EntityDescriptor in its place (Metadata 2.3); one inside a signature or an extension is none. */
function entitiesOf(root: XmlElement): readonly XmlElement[] {
  if (isElement(root, NS.metadata, 'EntityDescriptor')) return [root];
  return root.children
    .filter((child) => ['EntityDescriptor', 'EntitiesDescriptor'].some((name) => isElement(child, NS.metadata, name)))
    .flatMap(entitiesOf);
}

function entityIdOf(role: XmlElement): string {
  const entityId = role.parent?.attributes.get('entityID') ?? '';
  const usable = /^[^\s\p{Cc}\p{Cf}]+$/u.test(entityId) && entityId.length <= MAX_ENTITY_ID;
  return usable ? entityId : refuse('metadata_entity_id_invalid', { got: entityId });
}

/** The earliest validUntil of the role and of what holds it (Metadata 2.3.1). */
function endOf(role: XmlElement): Date | undefined {
  const ends: number[] = [];
  for (let element: XmlElement | undefined = role; element !== undefined; element = element.parent) {
    const text = element.attributes.get('validUntil');
    if (text !== undefined)
      ends.push((parseDateTime(text) ?? refuse('metadata_time_invalid', { got: text })).getTime());
  }
  return ends.length === 0 ? undefined : new Date(Math.min(...ends));
}
