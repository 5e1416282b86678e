import type { SamlConnection } from '../connection.ts';
import { refuse } from '../errors.ts';
import { parseDateTime } from '../xml/date-time.ts';
import type { XmlElement } from '../xml/element.ts';
import type { UnverifiedResponse } from './unverified-response.ts';

/** What the profile's checks look at. Only `assertion` is verified: a signature covers all that it holds. */
export interface Exchange {
  readonly unverified: UnverifiedResponse;
  readonly assertion: XmlElement;
  readonly connection: SamlConnection;
  readonly now: Date;
}

/** A check of the Web Browser SSO profile after the signature: throws the SamlError of its code, or is silent. */
export type ProfileCheck = (exchange: Exchange) => void;

/** Clocks may differ by this much (SDP-G01: 3 to 5 minutes). */
export const SKEW_MS = 180_000;
/** An answer that is older was not made for a login that waits. */
export const MAX_ISSUE_AGE_MS = 600_000;
/** Longer validity would only make us remember assertion ids for longer. */
export const MAX_VALIDITY_MS = 24 * 3_600_000;

/** An optional time attribute. @throws SamlError `time_invalid` if it is no xs:dateTime with a zone */
export function timeOf(element: XmlElement, attribute: string): Date | undefined {
  const text = element.attributes.get(attribute);
  if (text === undefined) return undefined;
  return parseDateTime(text) ?? refuse('time_invalid', { got: `${element.localName}/@${attribute} ${text}` });
}

/** True if the moment is over, also by the clock of an IdP that runs behind. */
export function isOver(moment: Date, now: Date): boolean {
  return now.getTime() >= moment.getTime() + SKEW_MS;
}

/** True if the moment is still to come, also by the clock of an IdP that runs ahead. */
export function isToCome(moment: Date, now: Date): boolean {
  return moment.getTime() > now.getTime() + SKEW_MS;
}
