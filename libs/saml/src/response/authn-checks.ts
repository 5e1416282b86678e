import { refuse } from '../errors.ts';
import { issuedAt } from '../request/request-id.ts';
import { childrenOf, type XmlElement } from '../xml/element.ts';
import { NS } from '../xml/namespaces.ts';
import { isOver, isToCome, MAX_ISSUE_AGE_MS, SKEW_MS, timeOf, type Exchange } from './exchange.ts';
import { textOf } from './message-checks.ts';
import { confirmationOf } from './subject-checks.ts';

/** The one AuthnStatement (Profiles 4.1.4.2). */
export function authnStatementOf(assertion: XmlElement): XmlElement {
  const [statement, ...others] = childrenOf(assertion, NS.assertion, 'AuthnStatement');
  if (others.length > 0) refuse('authn_statement_several');
  return statement ?? refuse('authn_statement_missing');
}

/** Core 2.7.2. */
export function authnInstantOf(assertion: XmlElement): Date {
  return timeOf(authnStatementOf(assertion), 'AuthnInstant') ?? refuse('authn_instant_missing');
}

/** The AuthnContextClassRef, if there is one (Core 2.7.2.2). */
export function authnContextClassOf(assertion: XmlElement): string | undefined {
  const context = childrenOf(authnStatementOf(assertion), NS.assertion, 'AuthnContext')[0];
  const reference = context && childrenOf(context, NS.assertion, 'AuthnContextClassRef')[0];
  return reference && textOf(reference);
}

/** The user signed in, and not in the future. */
export function authnIsPast({ assertion, now }: Exchange): void {
  const authnInstant = authnInstantOf(assertion);
  if (isToCome(authnInstant, now))
    refuse('authn_instant_in_future', { got: authnInstant.toISOString(), want: now.toISOString() });
}

/** ASVS 6.8.4: with ForceAuthn the user signed in after we asked; unasked, as lately as if we had asked. */
export function authnIsNewWhenForced(exchange: Exchange): void {
  if (!exchange.connection.forceAuthn) return;
  const requestId = confirmationOf(exchange).attributes.get('InResponseTo');
  const requested = requestId === undefined ? earliestRequest(exchange) : issuedAt(requestId);
  if (requested === undefined) return refuse('unknown_request', { got: requestId });
  const authnInstant = authnInstantOf(exchange.assertion);
  if (authnInstant.getTime() < requested.getTime() - SKEW_MS) {
    refuse('reauthentication_missing', { got: authnInstant.toISOString(), want: `after ${requested.toISOString()}` });
  }
}

/** The oldest request whose answer would still be fresh. */
function earliestRequest({ now }: Exchange): Date {
  return new Date(now.getTime() - MAX_ISSUE_AGE_MS);
}

/** IIP-SP07: a requested context is one that the IdP used. */
export function authnContextIsRequested({ assertion, connection }: Exchange): void {
  if (connection.authnContexts === undefined) return;
  const got = authnContextClassOf(assertion);
  if (got === undefined || !connection.authnContexts.includes(got)) {
    refuse('authn_context_mismatch', { got: got ?? 'none', want: connection.authnContexts.join(' ') });
  }
}

/** Core 2.7.2: the IdP's session has not ended. */
export function sessionIsLive({ assertion, now }: Exchange): void {
  const end = timeOf(authnStatementOf(assertion), 'SessionNotOnOrAfter');
  if (end !== undefined && isOver(end, now))
    refuse('session_expired', { got: end.toISOString(), want: `after ${now.toISOString()}` });
}
