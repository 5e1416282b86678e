/** One OpenID Connect connection as the relying party sees it: our side and what the provider published. */
export interface OidcConnection {
  /** `<organization id>/<identity provider>`: the key of every one-time store and of subjects. Never shown to users. */
  readonly id: string;
  /** The configured issuer; the discovery document and every ID token must name exactly this one. */
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** One exact value for the whole gateway: `<gateway>/oidc/callback`. */
  readonly redirectUri: string;
  /** Google Workspace: only this hosted domain (`hd` of the ID token, never of the request). */
  readonly hostedDomain?: string;
}
