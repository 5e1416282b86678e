import type { ApplicationSession, ApplicationToken } from '@rolecall/persistence';
import type { KoaContextWithOIDC } from 'oidc-provider';

/** A session of the gateway by which a browser is signed in. */
export interface BrowserSession {
  readonly organizationId: string;
  readonly tokenHash: Buffer;
  readonly view: ApplicationSession;
}

/** A grant that is stored with its code: never without one. */
export interface GrantToStore {
  readonly id: string;
  readonly clientId: string;
  readonly scope: string;
}

/** A token that was looked up. */
export interface FoundToken {
  readonly organizationId: string;
  readonly token: ApplicationToken;
}

/**
 * What one request has read. oidc-provider asks for a token, then for its grant, then for its account: one statement read them all.
 * It lives as long as the request, so nothing is remembered of a session that has ended since.
 */
export class ProviderRequest {
  private static readonly requests = new WeakMap<object, ProviderRequest>();

  browser: BrowserSession | undefined;
  granting: GrantToStore | undefined;
  /** Hash of the code or refresh token that the next token is given for. */
  consuming: Buffer | undefined;
  /** By the id of the grant. */
  readonly tokens = new Map<string, FoundToken>();

  static of(context: KoaContextWithOIDC | undefined): ProviderRequest {
    if (context === undefined) throw new Error('oidc-provider asks outside of a request');
    const known = this.requests.get(context);
    if (known) return known;
    const request = new ProviderRequest();
    this.requests.set(context, request);
    return request;
  }

  /** The user of this id, as the session says that the request is about. */
  viewOf(userId: string): ApplicationSession | undefined {
    const views = [this.browser?.view, ...[...this.tokens.values()].map(({ token }) => token.session)];
    return views.find((view) => view?.user.id === userId);
  }
}
