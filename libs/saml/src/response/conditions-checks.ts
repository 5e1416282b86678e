import { refuse } from '../errors.ts';
import { childrenOf, type XmlElement } from '../xml/element.ts';
import { NS } from '../xml/namespaces.ts';
import { isOver, isToCome, MAX_VALIDITY_MS, timeOf, type Exchange } from './exchange.ts';
import { textOf } from './message-checks.ts';

/** The one Conditions element (Core 2.5.1). */
export function conditionsOf(assertion: XmlElement): XmlElement {
  const [conditions, ...others] = childrenOf(assertion, NS.assertion, 'Conditions');
  if (others.length > 0) refuse('conditions_several');
  return conditions ?? refuse('conditions_missing');
}

/** Core 2.5.1.2; Profiles 4.1.4.3 wants an end. */
export function conditionsHoldNow({ assertion, now }: Exchange): void {
  const conditions = conditionsOf(assertion);
  const notBefore = timeOf(conditions, 'NotBefore');
  const notOnOrAfter = timeOf(conditions, 'NotOnOrAfter') ?? refuse('conditions_not_on_or_after_missing');
  if (notBefore !== undefined && isToCome(notBefore, now)) {
    refuse('conditions_not_yet_valid', { got: notBefore.toISOString(), want: `before ${now.toISOString()}` });
  }
  if (isOver(notOnOrAfter, now))
    refuse('conditions_expired', { got: notOnOrAfter.toISOString(), want: `after ${now.toISOString()}` });
  if (isOver(now, new Date(notOnOrAfter.getTime() - MAX_VALIDITY_MS)))
    refuse('validity_too_long', { got: notOnOrAfter.toISOString() });
}

const KNOWN_CONDITIONS = new Set(['AudienceRestriction', 'OneTimeUse', 'ProxyRestriction']);

/** Core 2.5.1: a condition that is not understood makes the Assertion indeterminate. Every Assertion is used once anyway. */
export function conditionsAreKnown({ assertion }: Exchange): void {
  const unknown = conditionsOf(assertion).children.find(
    ({ namespace, localName }) => namespace !== NS.assertion || !KNOWN_CONDITIONS.has(localName),
  );
  if (unknown !== undefined) refuse('condition_unknown', { got: unknown.localName });
}

/** Core 2.5.1.4: each restriction must name us (AND); within one, any Audience does (OR). */
export function audienceIsUs({ assertion, connection }: Exchange): void {
  const restrictions = childrenOf(conditionsOf(assertion), NS.assertion, 'AudienceRestriction');
  if (restrictions.length === 0) refuse('audience_missing', { want: connection.spEntityId });
  for (const restriction of restrictions) {
    const audiences = childrenOf(restriction, NS.assertion, 'Audience').map(textOf);
    if (!audiences.includes(connection.spEntityId))
      refuse('audience_mismatch', { got: audiences.join(' '), want: connection.spEntityId });
  }
}
