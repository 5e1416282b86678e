import type { SamlConnection } from '../connection.ts';
import { refuse } from '../errors.ts';
import { childrenOf, isElement, type XmlElement } from '../xml/element.ts';
import { NS } from '../xml/namespaces.ts';
import { isOver, isToCome, MAX_ISSUE_AGE_MS, timeOf, type Exchange } from './exchange.ts';

const ENTITY = 'urn:oasis:names:tc:SAML:2.0:nameid-format:entity';

/** The signature covers an Assertion, and the one that the preflight saw. */
export function assertionIsTheSignedOne({ unverified, assertion }: Exchange): void {
  if (!isElement(assertion, NS.assertion, 'Assertion')) refuse('assertion_missing');
  const want = unverified.assertion.attributes.get('ID');
  if (assertion.attributes.get('ID') !== want) refuse('signature_reference_mismatch', { want });
}

/** Core 2.3.3, 3.2.2. */
export function versionsAreSupported({ unverified, assertion }: Exchange): void {
  for (const element of [unverified.response, assertion]) requireVersion(element);
}

/** @throws SamlError `version_unsupported` */
export function requireVersion(element: XmlElement): void {
  const version = element.attributes.get('Version');
  if (version !== '2.0')
    refuse('version_unsupported', { got: `${element.localName} ${version ?? 'without Version'}`, want: '2.0' });
}

/** Core 2.3.3, 3.2.2: both were issued just now. */
export function messagesAreFresh({ unverified, assertion, now }: Exchange): void {
  for (const element of [unverified.response, assertion]) requireFresh(element, now);
}

/** @returns IssueInstant, which is not to come and at most 10 minutes ago. @throws SamlError `time_…`, `issue_instant_…` */
export function requireFresh(element: XmlElement, now: Date): Date {
  const issued =
    timeOf(element, 'IssueInstant') ?? refuse('time_invalid', { got: `${element.localName} without IssueInstant` });
  const got = `${element.localName} ${issued.toISOString()}`;
  if (isToCome(issued, now)) refuse('issue_instant_in_future', { got, want: now.toISOString() });
  if (isOver(new Date(issued.getTime() + MAX_ISSUE_AGE_MS), now))
    refuse('issue_instant_too_old', { got, want: now.toISOString() });
  return issued;
}

/** Core 3.2.2, Bindings 3.5.5.2: a signed Response names where it goes. */
export function destinationIsOurs({ unverified, connection }: Exchange): void {
  const destination = unverified.response.attributes.get('Destination');
  if (destination === undefined) {
    if (unverified.signed.response) refuse('destination_missing', { want: connection.acsUrl });
    return;
  }
  if (destination !== connection.acsUrl) refuse('destination_mismatch', { got: destination, want: connection.acsUrl });
}

/** Profiles 4.1.4.2: the Response's Issuer may be absent only from an unsigned Response. */
export function responseIssuerIsTheIdp({ unverified, connection }: Exchange): void {
  const issuers = childrenOf(unverified.response, NS.assertion, 'Issuer');
  if (issuers.length === 0 && unverified.signed.response)
    refuse('response_issuer_missing', { want: connection.idp.entityId });
  for (const issuer of issuers) {
    requireEntityFormat(issuer);
    if (textOf(issuer) !== connection.idp.entityId) {
      refuse('response_issuer_mismatch', { got: textOf(issuer), want: connection.idp.entityId });
    }
  }
}

/** Core 2.3.3, Profiles 4.1.4.2. */
export function issuerIsTheIdp({ assertion, connection }: Exchange): void {
  requireIssuer(assertion, connection);
}

/** The element's one Issuer is the IdP of the connection. @throws SamlError `issuer_…` */
export function requireIssuer(element: XmlElement, connection: SamlConnection): void {
  const [issuer, ...others] = childrenOf(element, NS.assertion, 'Issuer');
  if (issuer === undefined || others.length > 0) return refuse('issuer_missing', { want: connection.idp.entityId });
  requireEntityFormat(issuer);
  if (textOf(issuer) !== connection.idp.entityId)
    refuse('issuer_mismatch', { got: textOf(issuer), want: connection.idp.entityId });
}

function requireEntityFormat(issuer: XmlElement): void {
  const format = issuer.attributes.get('Format');
  if (format !== undefined && format !== ENTITY) refuse('issuer_format', { got: format, want: ENTITY });
}

/** Text of a URI-valued element; schema white space around it does not count, a child element makes it nothing. */
export function textOf(element: XmlElement): string {
  return element.children.length === 0 ? element.text.trim() : '';
}
