import { refuse } from '../errors.ts';
import { issuedAt, wantsFreshSignIn } from '../request/request-id.ts';
import { childrenOf, type XmlElement } from '../xml/element.ts';
import { NS } from '../xml/namespaces.ts';
import { isOver, isToCome, MAX_ISSUE_AGE_MS, SKEW_MS, timeOf, type Exchange } from './exchange.ts';
import { textOf } from './message-checks.ts';
import { confirmationOf } from './subject-checks.ts';

/**
 * The one AuthnStatement (Profiles 4.1.4.2), undefined only at a connection that does without.
 * @throws SamlError `authn_statement_several`, `authn_statement_missing`
 */
export function authnStatementOf({ assertion, connection }: SignedExchange): XmlElement | undefined {
  const [statement, ...others] = childrenOf(assertion, NS.assertion, 'AuthnStatement');
  if (others.length > 0) refuse('authn_statement_several');
  if (statement === undefined && connection.requireAuthnStatement !== false) refuse('authn_statement_missing');
  return statement;
}

type SignedExchange = Pick<Exchange, 'assertion' | 'connection'>;

/** Core 2.7.2; undefined without AuthnStatement. */
export function authnInstantOf(exchange: SignedExchange): Date | undefined {
  const statement = authnStatementOf(exchange);
  return statement && (timeOf(statement, 'AuthnInstant') ?? refuse('authn_instant_missing'));
}

/** The AuthnContextClassRef, if there is one (Core 2.7.2.2). */
export function authnContextClassOf(exchange: SignedExchange): string | undefined {
  const statement = authnStatementOf(exchange);
  const context = statement && childrenOf(statement, NS.assertion, 'AuthnContext')[0];
  const reference = context && childrenOf(context, NS.assertion, 'AuthnContextClassRef')[0];
  return reference && textOf(reference);
}

/** The user signed in, and not in the future. */
export function authnIsPast(exchange: Exchange): void {
  const { now } = exchange;
  const authnInstant = authnInstantOf(exchange);
  if (authnInstant !== undefined && isToCome(authnInstant, now))
    refuse('authn_instant_in_future', { got: authnInstant.toISOString(), want: now.toISOString() });
}

/** ASVS 6.8.4: with ForceAuthn, of the connection or of the request, the user signed in after we asked; unasked, as lately as if we had asked. */
export function authnIsNewWhenForced(exchange: Exchange): void {
  const requestId = confirmationOf(exchange).attributes.get('InResponseTo');
  const isForced = exchange.connection.forceAuthn || (requestId !== undefined && wantsFreshSignIn(requestId));
  if (!isForced) return;
  const requested = requestId === undefined ? earliestRequest(exchange) : issuedAt(requestId);
  if (requested === undefined) return refuse('unknown_request', { got: requestId });
  const authnInstant = authnInstantOf(exchange);
  if (authnInstant === undefined || authnInstant.getTime() < requested.getTime() - SKEW_MS) {
    const got = authnInstant?.toISOString() ?? 'no AuthnStatement';
    refuse('reauthentication_missing', { got, want: `after ${requested.toISOString()}` });
  }
}

/** The oldest request whose answer would still be fresh. */
function earliestRequest({ now }: Exchange): Date {
  return new Date(now.getTime() - MAX_ISSUE_AGE_MS);
}

/** IIP-SP07: a requested context is one that the IdP used. */
export function authnContextIsRequested(exchange: Exchange): void {
  const { connection } = exchange;
  if (connection.authnContexts === undefined) return;
  const got = authnContextClassOf(exchange);
  if (got === undefined || !connection.authnContexts.includes(got)) {
    refuse('authn_context_mismatch', { got: got ?? 'none', want: connection.authnContexts.join(' ') });
  }
}

/** Core 2.7.2: the IdP's session has not ended. */
export function sessionIsLive(exchange: Exchange): void {
  const { now } = exchange;
  const end = sessionEndOf(exchange);
  if (end !== undefined && isOver(end, now))
    refuse('session_expired', { got: end.toISOString(), want: `after ${now.toISOString()}` });
}

/** When the IdP's session ends, if it says so (Core 2.7.2). */
export function sessionEndOf(exchange: SignedExchange): Date | undefined {
  const statement = authnStatementOf(exchange);
  return statement && timeOf(statement, 'SessionNotOnOrAfter');
}
