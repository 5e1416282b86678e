import { readOrganizationToken } from '@rolecall/persistence';
import type { Adapter, AdapterPayload } from 'oidc-provider';
import { readGrantId } from './grant-id.ts';
import type { ProviderParts } from './provider-parts.ts';
import { isTokenModel, reuse, TokenAdapter } from './token-adapter.ts';

const NOTHING: Adapter = {
  upsert: () => Promise.resolve(),
  find: () => Promise.resolve(undefined),
  findByUserCode: () => Promise.resolve(undefined),
  findByUid: () => Promise.resolve(undefined),
  consume: () => Promise.resolve(),
  destroy: () => Promise.resolve(),
  revokeByGrantId: () => Promise.resolve(),
};

/**
 * Where oidc-provider keeps its models. Clients are read from the documents. A session of its own it does not have: its session cookie is
 * the gateway's, and its session what that is now. An interaction is a way through our sign-in page, which knows how to come back, so
 * nothing of it is kept. Grants and tokens hang on the session.
 */
export function adapterOf(model: string, parts: ProviderParts): Adapter {
  if (isTokenModel(model)) return { ...NOTHING, ...methodsOf(new TokenAdapter(model, parts)) };
  if (model === 'Client') return { ...NOTHING, find: (id) => parts.admit(id).then(() => parts.clients.metadata(id)) };
  if (model === 'Session') return { ...NOTHING, find: (cookie) => sessionOf(cookie, parts) };
  if (model === 'Grant') return { ...NOTHING, ...grants(parts) };
  return NOTHING;
}

function methodsOf(adapter: TokenAdapter): Partial<Adapter> {
  return {
    upsert: (id, payload, expiresIn = 0) => adapter.upsert(id, payload, expiresIn),
    find: (id) => adapter.find(id),
    consume: (id) => adapter.consume(id),
    destroy: (id) => adapter.destroy(id),
    revokeByGrantId: () => adapter.revokeByGrantId(),
  };
}

/** The gateway's session. `cookie` is UNVERIFIED. */
async function sessionOf(cookie: string, parts: ProviderParts): Promise<AdapterPayload | undefined> {
  const token = readOrganizationToken(cookie);
  const view = token && (await parts.store.session(token.organizationId, token.hash, parts.clock()));
  if (!view) return undefined;
  parts.request().browser = { organizationId: token.organizationId, tokenHash: token.hash, view };
  return {
    jti: cookie,
    kind: 'Session',
    uid: token.hash.toString('hex'),
    accountId: view.user.id,
    loginTs: parts.seconds(view.openedAt),
    iat: parts.seconds(view.openedAt),
    exp: parts.seconds(view.expiresAt),
  };
}

function grants(parts: ProviderParts): Partial<Adapter> {
  return {
    // stored with its code
    upsert(id, payload) {
      const { clientId = '', openid } = payload as AdapterPayload & { readonly openid?: { readonly scope?: string } };
      parts.request().granting = { id, clientId, scope: openid?.scope ?? '' };
      return Promise.resolve();
    },

    find(id) {
      const found = parts.request().tokens.get(id);
      if (!found) return Promise.resolve(undefined);
      const { clientId, scope } = found.token.grant;
      const { user, expiresAt } = found.token.session;
      const ends = { iat: parts.seconds(found.token.issuedAt), exp: parts.seconds(expiresAt) };
      return Promise.resolve({ jti: id, kind: 'Grant', clientId, accountId: user.id, openid: { scope }, ...ends });
    },

    /** Either its client wants no more of it, or a used token of it came again. */
    async destroy(id) {
      const { organizationId, grantId } = readGrantId(id);
      const token = parts.request().tokens.get(id)?.token;
      const events = token?.consumed && parts.route() === 'token' ? reuse(parts, token) : [];
      await parts.store.endGrant(organizationId, grantId, events);
    },
  };
}
