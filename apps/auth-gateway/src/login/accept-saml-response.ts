import type { LoginTransactions } from '@rolecall/persistence';
import { SAML_ERROR_CODES, type VerifiedAssertion } from '@rolecall/saml';
import { LoginRefused } from '../errors/login-refused.ts';
import type { SamlTarget } from '../organizations/saml-target.ts';
import { newOrganizationToken } from '@rolecall/persistence';
import { factsOf } from './assertion-facts.ts';
import { checkMayStart } from './login-wish.ts';

const MAX_FORMAT_LENGTH = 256;

/** How long a sign-in that began at the identity provider waits for its user's yes, in milliseconds. */
const CONFIRMATION_LIFETIME_MS = 3 * 60_000;

/**
 * Takes a VERIFIED assertion at the ACS: consumes the request that it answers, remembers its id and stores the facts
 * under a one-time handle, all or nothing (rule G7). No user is touched: the POST came from the IdP's site without our
 * cookie, so only `/saml/continue` knows whose browser this is (rule G8). An assertion that nobody asked for waits under its
 * handle as well, for a user who says yes at `/saml/confirm`.
 * @returns where the browser goes with the handle, a path of ours
 * @throws LoginRefused `name_id_transient`, `value_too_long`, `unknown_request`, `replayed_assertion`, `facts_too_large`,
 * `idp_disabled`
 */
export async function acceptSamlResponse(
  logins: LoginTransactions,
  target: SamlTarget,
  assertion: VerifiedAssertion,
  { traceId, now }: { readonly traceId: string; readonly now: Date },
): Promise<string> {
  checkSubject(assertion);
  const facts = factsOf(assertion);
  const handle = newOrganizationToken(target.organization.id);
  const at = {
    organizationId: target.organization.id,
    identityProvider: target.identityProvider.name,
    handleHash: handle.hash,
    facts,
    now,
  };
  const solicited = assertion.inResponseTo !== undefined;
  if (!solicited) checkMayStart(target, { mode: 'login' });
  const expiresAt = new Date(now.getTime() + CONFIRMATION_LIFETIME_MS);
  const acceptance = solicited
    ? await logins.accept(at, assertion)
    : await logins.acceptUnsolicited({ ...at, traceId, expiresAt }, assertion);
  if (acceptance !== 'accepted') {
    throw new LoginRefused(acceptance, 'answer_used_once', SAML_ERROR_CODES[acceptance].sentence);
  }
  return `${solicited ? '/saml/continue' : '/saml/confirm'}?h=${handle.value}`;
}

/**
 * Users are keyed by their NameID and its format: a NameID that is new at each login would make a new user each time (Core
 * 8.3.8), and a format is a URI that fits an index.
 */
function checkSubject({ nameId: { format } }: VerifiedAssertion): void {
  if (format === 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient') {
    throw new LoginRefused('name_id_transient', 'subject_lasts', 'Let the identity provider send a lasting NameID.', {
      want: 'persistent, emailAddress or unspecified',
      got: 'transient',
    });
  }
  if (format.length > MAX_FORMAT_LENGTH) {
    throw new LoginRefused('value_too_long', 'subject_fits', 'Let the identity provider send a usual NameID format.', {
      want: `${MAX_FORMAT_LENGTH} characters at most`,
      got: `${format.length} characters`,
    });
  }
}
