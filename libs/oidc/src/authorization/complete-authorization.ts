import type { OidcConnection } from '../connection.ts';
import type { OidcProviders } from '../discovery/providers.ts';
import type { VerifiedIdToken } from '../id-token.ts';
import { readClaims, verifyIdToken } from '../id-token/verify-id-token.ts';
import { withUserinfo } from '../userinfo/userinfo.ts';
import { type CallbackQuery, codeOf } from './callback.ts';
import { exchangeCode } from './exchange-code.ts';
import { checkPinned, type PinnedProvider } from './pinned-provider.ts';

/** A login whose state was found, and consumed, by the browser that started it: what was kept under it. */
export interface PendingAuthorization {
  readonly connection: OidcConnection;
  readonly pinned: PinnedProvider;
  readonly nonce: string;
  readonly codeVerifier: string;
  /** When the browser was sent to the provider. */
  readonly startedAt: Date;
}

/** A login that came back, with the answer: UNVERIFIED, the query of the callback or what was posted in its place. */
export interface ReturnedAuthorization extends PendingAuthorization {
  readonly answer: CallbackQuery;
}

/**
 * Completes a login at the callback: who answers, the code for tokens, the ID token's checks, and the userinfo endpoint where
 * the connection asks for it.
 * @param query UNVERIFIED
 * @throws OidcError naming the check that refused
 */
export async function completeAuthorization(
  query: CallbackQuery,
  { connection, pinned, nonce, codeVerifier, startedAt }: PendingAuthorization,
  providers: OidcProviders,
  now: Date,
): Promise<VerifiedIdToken> {
  const { transport } = providers.options;
  const metadata = await providers.metadata(connection.provider, now);
  checkPinned(pinned, connection, metadata);
  const code = codeOf(query, connection.provider, metadata);
  const tokens = await exchangeCode(connection, metadata, { code, codeVerifier }, { transport, now });
  const keyFor = (hint: Parameters<OidcProviders['keyFor']>[1]) => providers.keyFor(metadata, hint, now);
  const claims = await verifyIdToken({ ...tokens, connection, nonce, startedAt, keyFor, now });
  if (!connection.userinfo) return readClaims(connection, claims);
  return readClaims(connection, await withUserinfo(claims, tokens.accessToken, metadata, transport));
}
