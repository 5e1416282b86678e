import { endOfDay } from './day.ts';
import type { EffectiveLogin } from './effective.ts';

/** Whether somebody may sign in, or be given the means to, without the organization's identity provider. */
export type LocalSignIn =
  | { readonly allowed: true; readonly because: 'not_enforced' }
  /** What is opened because of the exemption ends at `until` at the latest. */
  | { readonly allowed: true; readonly because: 'exempt'; readonly until: Date }
  | { readonly allowed: false; readonly code: 'sso_enforced' };

/**
 * The one decision about every local door: password, reset, invitation by password, e-mail code, second factor, linking of accounts.
 * Nothing else looks at `enforceSso` for this. It says nothing of whether the person exists or has proved anything.
 * @param address of the user as stored, in any case; an address has exemptions in one spelling, ASCII in lower case, so no other
 *   character is folded into one (U+212A KELVIN SIGN is no k)
 * @param now an exemption holds until its last day is over, UTC
 */
export function localSignIn(
  { login }: { readonly login: Pick<EffectiveLogin, 'enforceSso' | 'exemptions'> },
  address: string,
  now: Date,
): LocalSignIn {
  if (!login.enforceSso) return { allowed: true, because: 'not_enforced' };
  const key = address.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
  const exemption = Object.hasOwn(login.exemptions, key) ? login.exemptions[key] : undefined;
  const until = exemption && endOfDay(exemption.expires);
  return until && now < until ? { allowed: true, because: 'exempt', until } : { allowed: false, code: 'sso_enforced' };
}
