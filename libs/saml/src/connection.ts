/** One SAML connection as the service provider sees it: our side, the IdP's side and the minimum we ask for. */
export interface SamlConnection {
  /** `<organization id>/<identity provider>`: the key of every one-time store and of subjects. Never shown to users. */
  readonly id: string;
  /** Our entity id = the URL of this connection's metadata; per connection, so one IdP key cannot cross organizations. */
  readonly spEntityId: string;
  readonly acsUrl: string;
  readonly idp: IdpMetadata;
  /** Ask the IdP to authenticate again, and refuse an AuthnInstant older than the request. */
  readonly forceAuthn: boolean;
  /** How AuthnRequests go; an IdP that takes them by HTTP-POST only gets them so. Default redirect (saml2int SDP-SP02). */
  readonly requestBinding?: 'redirect' | 'post';
  /** Take answers to no request: sign-ins that begin at the IdP (Profiles 4.1.5). Default false. */
  readonly allowIdpInitiated?: boolean;
  /** What the IdP must sign at least. Absent = any; every signature that is present must verify in any case (rule G4). */
  readonly minimumSigned?: 'assertion' | 'response' | 'both';
  /**
   * Default true. False takes an Assertion without AuthnStatement, which Profiles 4.1.4.2 demands: nobody knows then when and
   * how the user signed in, so `forceAuthn` and `authnContexts` refuse it all the same.
   */
  readonly requireAuthnStatement?: boolean;
  /** Authentication context classes to request (exact), one of which the answer must name. Absent = none is requested. */
  readonly authnContexts?: readonly string[];
  /** Refuse an Assertion that is not encrypted. Default false. */
  readonly requireEncrypted?: boolean;
  /** Our private keys for encrypted assertions, PEM, RSA; each is tried, the likeliest first. Absent = none is opened. */
  readonly decryptionKeys?: readonly string[];
  /** Present = sign AuthnRequests with it (RSA-SHA256). Needed for single logout, whose messages are all signed. */
  readonly signing?: SigningKey;
  /** Our keys as metadata names them. Absent = that of `signing`, if there is one. */
  readonly published?: readonly PublishedKey[];
  /** Our SingleLogoutService, for both bindings. Present = single logout is on. */
  readonly sloUrl?: string;
}

/** Where the IdP takes logout messages, and by which binding (Metadata 2.4.3). */
export interface SingleLogoutService {
  readonly binding: 'redirect' | 'post';
  /** For LogoutRequests. */
  readonly url: string;
  /** For LogoutResponses: ResponseLocation, else the same. */
  readonly responseUrl: string;
}

/** A certificate of ours in our metadata, PEM, and what its key is for. */
export interface PublishedKey {
  readonly use: 'signing' | 'encryption';
  readonly certificate: string;
}

/** A key pair of ours with its self-signed certificate, both PEM. */
export interface SigningKey {
  readonly privateKey: string;
  readonly certificate: string;
}

/** What an IdP's metadata says, parsed and checked (SAML metadata, saml2int SDP-MD). */
export interface IdpMetadata {
  readonly entityId: string;
  /**
   * Where AuthnRequests go, https (or http when the caller allows it for development): the HTTP-Redirect endpoint, or the
   * HTTP-POST one of an IdP that has no other.
   */
  readonly ssoUrl: string;
  /** The HTTP-POST endpoint, where it has a usable one. */
  readonly ssoPostUrl?: string;
  /** It has no HTTP-Redirect endpoint. */
  readonly ssoByPostOnly?: true;
  /** Absent = the IdP offers none that a browser may be sent to. */
  readonly singleLogout?: SingleLogoutService;
  /** Every signing certificate, PEM; keys without `use` count (IIP-MD11). At least one. */
  readonly signingCertificates: readonly string[];
  /**
   * Expiry of each of `signingCertificates`, same order, for warnings: an expired certificate stays in use, since SAML
   * pins keys, not certificates (IIP-MD12).
   */
  readonly certificatesExpire?: readonly Date[];
  /** When the metadata itself ends to be valid. */
  readonly validUntil?: Date;
  readonly wantAuthnRequestsSigned: boolean;
}
