import type { ClientCredentials } from './client/client-credentials.ts';

/** One OpenID Connect connection as the relying party sees it: our side and what the provider published. */
export interface OidcConnection {
  /** `<organization id>/<identity provider>`: the key of every one-time store and of subjects. Never shown to users. */
  readonly id: string;
  readonly provider: ProviderReference;
  readonly clientId: string;
  readonly credentials: ClientCredentials;
  /** One exact value for the whole gateway: `<gateway>/oidc/callback`. */
  readonly redirectUri: string;
  /** How the provider answers: by a redirect, or by a form that its page posts. Default query. */
  readonly responseMode?: 'query' | 'form_post';
  /** Where the browser comes back to from a sign-out. Present = single logout is on. */
  readonly postLogoutRedirectUri?: string;
  /** Beside `openid email profile`. */
  readonly scopes?: readonly string[];
  /** Google Workspace: only this hosted domain (`hd` of the ID token, never of the request). */
  readonly hostedDomain?: string;
  /** Seconds: the user must have authenticated no longer than this before the login began. */
  readonly maxAge?: number;
  /** The user must authenticate anew for this login: `prompt=login`, `max_age=0`. */
  readonly forceAuthn?: boolean;
  /** One of these must be the ID token's `acr`. */
  readonly acrValues?: readonly string[];
  /** Claims that the ID token has not are read from the userinfo endpoint. */
  readonly userinfo?: boolean;
  /** The claim by which this provider says that it proved the e-mail address. Default `email_verified`. */
  readonly emailProof?: 'email_verified' | 'xms_edov';
}

/** Which provider is meant. */
export interface ProviderReference {
  /**
   * The configured issuer; the configuration document names exactly this one, and so does every ID token. With `tenants` it
   * is a template with `{tenantid}` in it (Entra ID for several tenants).
   */
  readonly issuer: string;
  /** Where the configuration document is, when that is not below the issuer. */
  readonly configurationUrl?: string;
  /** The tenants, in lower case, whose users may sign in. Present exactly when the issuer is a template. */
  readonly tenants?: readonly string[];
}
