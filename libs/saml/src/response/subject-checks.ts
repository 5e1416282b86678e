import { refuse, SamlError, UNPRINTABLE } from '../errors.ts';
import { childrenOf, selfAndDescendants, type XmlElement } from '../xml/element.ts';
import { NS } from '../xml/namespaces.ts';
import { isOver, MAX_VALIDITY_MS, timeOf, type Exchange } from './exchange.ts';

/** SDP-G02 asks for 256; persistent ids of some products are longer. */
const MAX_NAME_ID = 512;
const BEARER = 'urn:oasis:names:tc:SAML:2.0:cm:bearer';

/** The one Subject (Core 2.3.3). */
function subjectOf(assertion: XmlElement): XmlElement {
  const [subject, ...others] = childrenOf(assertion, NS.assertion, 'Subject');
  if (others.length > 0) refuse('subject_several');
  return subject ?? refuse('subject_missing');
}

/** The one NameID (Core 2.4.1). */
export function nameIdOf(assertion: XmlElement): XmlElement {
  const [nameId, ...others] = childrenOf(subjectOf(assertion), NS.assertion, 'NameID');
  if (others.length > 0) refuse('name_id_several');
  return nameId ?? refuse('name_id_missing');
}

/** The subject's name is one piece of text that reads as what it is (Core 2.2.3, ASVS 16.4.1). */
export function nameIdIsPlainText({ assertion }: Exchange): void {
  requirePlainNameId(nameIdOf(assertion));
}

/** @throws SamlError `name_id_…` */
export function requirePlainNameId({ children, text }: XmlElement): void {
  if (children.length > 0) refuse('name_id_structured');
  if (text.trim() === '') refuse('name_id_empty');
  if (text.length > MAX_NAME_ID)
    refuse('name_id_too_long', { got: `${text.length} characters`, want: `at most ${MAX_NAME_ID}` });
  if (UNPRINTABLE.test(text)) refuse('name_id_characters', { got: text });
}

/**
 * Profiles 4.1.4.2-4.1.4.3: one bearer confirmation that is meant for us, now, as the answer to a request; and the
 * Response answers the same request (Core 3.2.2.1). An unsolicited answer names none anywhere (Profiles 4.1.5).
 */
export function subjectIsConfirmed(exchange: Exchange): void {
  const want = confirmationOf(exchange).attributes.get('InResponseTo');
  const got = exchange.unverified.response.attributes.get('InResponseTo');
  if (got !== want) refuse('in_response_to_mismatch', { got: got ?? 'none', want: want ?? 'none' });
  if (want !== undefined) return;
  const other = requestsNamedBy(exchange.assertion)[0];
  if (other !== undefined) refuse('in_response_to_mismatch', { got: other, want: 'none' });
}

/** The requests that any of the confirmations names. */
function requestsNamedBy(assertion: XmlElement): readonly string[] {
  return selfAndDescendants(subjectOf(assertion)).flatMap(({ attributes }) => attributes.get('InResponseTo') ?? []);
}

/** What one SubjectConfirmationData must hold. In this order. */
const confirmationChecks: readonly ((data: XmlElement, exchange: Exchange) => void)[] = [
  recipientIsOurs,
  hasNoNotBefore,
  isStillConfirmed,
  answersARequest,
];

/**
 * The SubjectConfirmationData by which the subject is confirmed: the first bearer confirmation that passes every check.
 *
 * @throws SamlError of the first bearer confirmation's failure when none passes
 */
export function confirmationOf(exchange: Exchange): XmlElement {
  const confirmations = childrenOf(subjectOf(exchange.assertion), NS.assertion, 'SubjectConfirmation');
  if (confirmations.length === 0) refuse('subject_confirmation_missing');
  const bearers = confirmations.filter((confirmation) => confirmation.attributes.get('Method') === BEARER);
  let failure: SamlError | undefined;
  for (const bearer of bearers) {
    const outcome = confirmed(bearer, exchange);
    if (!(outcome instanceof SamlError)) return outcome;
    failure ??= outcome;
  }
  if (failure !== undefined) throw failure;
  return refuse('subject_confirmation_not_bearer', { got: confirmations[0]?.attributes.get('Method'), want: BEARER });
}

function confirmed(confirmation: XmlElement, exchange: Exchange): XmlElement | SamlError {
  try {
    const [data, ...others] = childrenOf(confirmation, NS.assertion, 'SubjectConfirmationData');
    if (data === undefined || others.length > 0) return refuse('subject_confirmation_data_missing');
    for (const check of confirmationChecks) check(data, exchange);
    return data;
  } catch (error) {
    if (error instanceof SamlError) return error;
    throw error;
  }
}

function recipientIsOurs(data: XmlElement, { connection }: Exchange): void {
  const recipient = data.attributes.get('Recipient');
  if (recipient !== connection.acsUrl)
    refuse('recipient_mismatch', { got: recipient ?? 'none', want: connection.acsUrl });
}

function hasNoNotBefore(data: XmlElement): void {
  if (data.attributes.has('NotBefore')) refuse('subject_confirmation_not_before');
}

function isStillConfirmed(data: XmlElement, { now }: Exchange): void {
  const notOnOrAfter = timeOf(data, 'NotOnOrAfter') ?? refuse('subject_confirmation_not_on_or_after_missing');
  if (isOver(notOnOrAfter, now))
    refuse('subject_confirmation_expired', { got: notOnOrAfter.toISOString(), want: `after ${now.toISOString()}` });
  if (isOver(now, new Date(notOnOrAfter.getTime() - MAX_VALIDITY_MS)))
    refuse('validity_too_long', { got: notOnOrAfter.toISOString() });
}

/** Or none at all, where the connection takes that; an empty name of a request is neither. */
function answersARequest(data: XmlElement, { connection }: Exchange): void {
  const requestId = data.attributes.get('InResponseTo');
  if (requestId === undefined && connection.allowIdpInitiated === true) return;
  if ((requestId ?? '') === '') refuse('unsolicited_response');
}
