import type { Pool } from 'pg';
import type { Acceptance, VerifiedAssertion } from '@rolecall/saml';
import { newId } from '../new-id.ts';
import { inTransaction, query } from '../sql.ts';
import type { AcceptedLogin, LoginTransactions } from '../stores.ts';
import { holdOidcLogin, takeOidcLogin } from './oidc-login.ts';
import { ACCEPT_LOGIN, ACCEPT_UNSOLICITED_LOGIN, BEGIN_LOGIN, BEGIN_OIDC_LOGIN, PENDING_LOGIN } from './statements.ts';

/** Logins between the AuthnRequest and `/saml/continue`, or between the authorization request and its callback. */
export function loginTransactions(pool: Pool): LoginTransactions {
  return {
    async begin(login) {
      const values = [
        login.organizationId,
        login.requestId,
        login.identityProvider,
        login.browserHash,
        login.traceId,
        login.returnTo,
        login.mode,
        login.createdAt,
        login.expiresAt,
      ];
      if (login.oidc === undefined) return void (await query(pool, BEGIN_LOGIN, values));
      const { stateHash, nonce, codeVerifier, provider, linkUserId } = login.oidc;
      await query(pool, BEGIN_OIDC_LOGIN, [
        ...values,
        stateHash,
        nonce,
        codeVerifier,
        JSON.stringify(provider),
        linkUserId,
      ]);
    },

    async pending(organizationId, requestId) {
      const rows = await inTransaction(pool, { organizationId }, (client) =>
        query<{ trace_id: string; mode: 'login' | 'test' }>(client, PENDING_LOGIN, [organizationId, requestId]),
      );
      return rows[0] && { traceId: rows[0].trace_id, mode: rows[0].mode };
    },

    async accept(at, assertion) {
      const rows = await query<{ acceptance: Acceptance }>(pool, ACCEPT_LOGIN, acceptedValues(at, assertion));
      return rows[0]?.acceptance ?? 'unknown_request';
    },

    async acceptUnsolicited(at, assertion) {
      const values = [...acceptedValues(at, assertion), at.traceId, at.expiresAt];
      const rows = await query<{ acceptance: Acceptance }>(pool, ACCEPT_UNSOLICITED_LOGIN, values);
      return rows[0]?.acceptance ?? 'replayed_assertion';
    },

    holdOidc: (at) => holdOidcLogin(pool, at),
    takeOidc: (at) => takeOidcLogin(pool, at),
  };
}

/** What both functions take first; a login that nobody asked for has an id of its own where others have the request's. */
function acceptedValues(at: AcceptedLogin, assertion: VerifiedAssertion): unknown[] {
  return [
    at.organizationId,
    at.identityProvider,
    assertion.inResponseTo ?? newId(),
    assertion.assertionId,
    assertion.replayableUntil,
    at.handleHash,
    assertion.nameId.value,
    assertion.nameId.format,
    assertion.sessionIndex,
    assertion.sessionNotOnOrAfter,
    JSON.stringify(at.facts),
    at.now,
  ];
}
