import type { OidcConnection } from '../connection.ts';
import type { OidcProviders } from '../discovery/providers.ts';
import type { VerifiedIdToken } from '../id-token.ts';
import { verifyIdToken } from '../id-token/verify-id-token.ts';
import { type CallbackQuery, codeOf } from './callback.ts';
import { exchangeCode } from './exchange-code.ts';

/** A login whose state was found, and consumed, by the browser that started it: what was kept under it. */
export interface PendingAuthorization {
  readonly connection: OidcConnection;
  readonly nonce: string;
  readonly codeVerifier: string;
}

/**
 * Completes a login at the callback: who answers, the code for tokens, the ID token's checks.
 * @param query UNVERIFIED
 * @throws OidcError naming the check that refused
 */
export async function completeAuthorization(
  query: CallbackQuery,
  { connection, nonce, codeVerifier }: PendingAuthorization,
  providers: OidcProviders,
  now: Date,
): Promise<VerifiedIdToken> {
  const metadata = await providers.metadata(connection.issuer, now);
  const code = codeOf(query, metadata);
  const tokens = await exchangeCode(connection, metadata, { code, codeVerifier }, providers.options.transport);
  const keyFor = (hint: Parameters<OidcProviders['keyFor']>[1]) => providers.keyFor(metadata, hint, now);
  return verifyIdToken({ ...tokens, connection, nonce, keyFor, now });
}
