import type { Application, ForwardAuthApplication, OidcApplication } from './document.ts';

interface Effective {
  readonly name: string;
  readonly displayName: string;
  /** false = nobody gets in through it. */
  readonly enabled: boolean;
}

export interface EffectiveOidcApplication extends Effective {
  readonly type: 'oidc';
  /** Compared letter by letter. */
  readonly redirectUris: readonly string[];
  readonly postLogoutRedirectUris: readonly string[];
  readonly clientAuthentication: 'none' | 'client_secret_basic' | 'client_secret_post';
  readonly refreshTokens: boolean;
  readonly idTokenAlgorithm: 'RS256' | 'ES256';
}

export interface EffectiveForwardAuthApplication extends Effective {
  readonly type: 'forward-auth';
  /** As `URL.origin` spells them. */
  readonly origins: readonly string[];
}

/** Without its secret: that is stored apart. `type` tells the two apart. */
export type EffectiveApplication = EffectiveOidcApplication | EffectiveForwardAuthApplication;

/** An application with every default filled in. @param name its name in the document */
export function effectiveApplication(name: string, declared: Application): EffectiveApplication {
  const common = { name, displayName: declared.displayName ?? name, enabled: declared.enabled ?? true };
  return declared.type === 'oidc' ? { ...common, ...oidcOf(declared) } : { ...common, ...forwardAuthOf(declared) };
}

function oidcOf({ type, redirectUris, ...declared }: OidcApplication) {
  const { postLogoutRedirectUris = [], clientAuthentication = 'none' as const } = declared;
  const { refreshTokens = true, idTokenAlgorithm = 'RS256' as const } = declared;
  return { type, redirectUris, postLogoutRedirectUris, clientAuthentication, refreshTokens, idTokenAlgorithm };
}

function forwardAuthOf({ type, origins }: ForwardAuthApplication) {
  return { type, origins };
}

/** The client id of an application at our OpenID provider. Both names are slugs, so the point between them is the only one. */
export function clientIdOf(organization: string, application: string): string {
  return `${organization}.${application}`;
}
