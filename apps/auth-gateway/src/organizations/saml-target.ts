import type { EffectiveSamlIdentityProvider } from '@rolecall/org-config';
import { connectionKeysAt, type SamlConnection, type ServiceProviderKey } from '@rolecall/saml';
import type { Organization } from './organization.ts';

/** Our side of a SAML connection, as its customer enters it. */
export interface SamlAddresses {
  /** The URL of our metadata is our entity id. */
  readonly entityId: string;
  readonly acsUrl: string;
  /** Present when single logout is on. */
  readonly sloUrl?: string;
  /** PEM, of the key that signs our messages, when we have one. */
  readonly certificate?: string;
  /** Where all certificates of ours are, also the next ones. */
  readonly certificateUrl?: string;
}

/** One SAML IdP of one organization, as a request named it. */
export interface SamlTarget {
  readonly organization: Organization;
  readonly identityProvider: EffectiveSamlIdentityProvider;
  /** What the IdP is told of us; there is also when its own metadata cannot be used. */
  addresses(now: Date): SamlAddresses;
  /** Parses the IdP's metadata at the first use. @throws SamlError when it cannot be used at `now` */
  connection(now: Date): SamlConnection;
}

/** @param base - the URL of its routes, by the names that the request had */
export function samlTarget(
  organization: Organization,
  identityProvider: EffectiveSamlIdentityProvider,
  base: string,
): SamlTarget {
  const stored = organization.snapshot.identityProviders.get(identityProvider.name)?.serviceProviderKeys ?? NO_KEYS;
  const addresses = (now: Date): SamlAddresses => {
    const certificate = connectionKeysAt(stored, now).signing?.certificate;
    return {
      entityId: `${base}/metadata`,
      acsUrl: `${base}/acs`,
      ...(identityProvider.singleLogout && certificate ? { sloUrl: `${base}/slo` } : {}),
      ...(certificate ? { certificate, certificateUrl: `${base}/certificate.pem` } : {}),
    };
  };
  return {
    organization,
    identityProvider,
    addresses,
    connection: (now) => {
      const idp = organization.idpMetadata(identityProvider, now);
      const { signRequests, singleLogout, requestBinding, forceAuthn, allowIdpInitiated } = identityProvider;
      const { minimumSigned, requireAuthnStatement, authnContexts, requireEncrypted } = identityProvider;
      const { entityId, acsUrl, sloUrl } = addresses(now);
      const sign = signRequests || singleLogout || idp.wantAuthnRequestsSigned;
      return {
        id: `${organization.id}/${identityProvider.name}`,
        spEntityId: entityId,
        acsUrl,
        idp,
        forceAuthn,
        allowIdpInitiated,
        requestBinding,
        requireAuthnStatement,
        ...(minimumSigned === 'either' ? {} : { minimumSigned }),
        ...(authnContexts ? { authnContexts } : {}),
        requireEncrypted,
        ...keysAt(stored, sign, now),
        ...(sloUrl ? { sloUrl } : {}),
      };
    },
  };
}

const NO_KEYS: readonly ServiceProviderKey[] = [];

/** What a connection does with our keys at this moment. */
function keysAt(
  stored: readonly ServiceProviderKey[],
  sign: boolean,
  now: Date,
): Pick<SamlConnection, 'signing' | 'published' | 'decryptionKeys'> {
  const { signing, published, decryptionKeys } = connectionKeysAt(stored, now);
  return { published, decryptionKeys, ...(sign && signing ? { signing } : {}) };
}
