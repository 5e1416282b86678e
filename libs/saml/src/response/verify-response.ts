import type { VerifiedAssertion } from '../assertion.ts';
import type { SamlConnection } from '../connection.ts';
import { attributesOf } from './attributes.ts';
import { authnContextClassOf, authnInstantOf, authnStatementOf, sessionEndOf } from './authn-checks.ts';
import { conditionsOf } from './conditions-checks.ts';
import { decodeResponse } from './decode-response.ts';
import { SKEW_MS, timeOf, type Exchange } from './exchange.ts';
import { preflight } from './preflight.ts';
import { profileChecks } from './profile-checks.ts';
import type { VerifierName } from './signature-verifier.ts';
import { signedAssertion } from './signed-assertion.ts';
import { confirmationOf, nameIdOf } from './subject-checks.ts';

const UNSPECIFIED = 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified';

/** What arrived at the assertion consumer service of a connection, and when. */
export interface ResponseToVerify {
  /** The form field SAMLResponse as it came: base64 text, UNVERIFIED. */
  readonly unverifiedResponse: string;
  /** The connection that the URL of the assertion consumer service belongs to. */
  readonly connection: SamlConnection;
  /** Decides every time check. */
  readonly now: Date;
  /** Which engine verifies the signatures. Default: strict. */
  readonly verifier?: VerifierName;
}

/**
 * Verifies a SAML 2.0 Response of the HTTP-POST binding and returns what the IdP asserts: every field from the element
 * that a signature of the connection's IdP covers, after every check of the profile. Whether the request is pending and
 * the assertion new is the caller's `OneTimeStore` to say, before anything is done with the result.
 *
 * @throws SamlError naming the check that refused
 */
export async function verifyResponse({
  unverifiedResponse,
  connection,
  now,
  verifier = 'strict',
}: ResponseToVerify): Promise<VerifiedAssertion> {
  const received = preflight(decodeResponse(unverifiedResponse));
  const { unverified, assertion } = await signedAssertion(received, connection, verifier);
  const exchange: Exchange = { unverified, assertion, connection, now };
  for (const check of profileChecks) check(exchange);
  return readAssertion(exchange);
}

/** Reads the verified assertion; the checks made sure of what must be there. */
function readAssertion(exchange: Exchange): VerifiedAssertion {
  const { assertion, connection } = exchange;
  const nameId = nameIdOf(assertion);
  const confirmation = confirmationOf(exchange);
  const authnContextClass = authnContextClassOf(exchange);
  const authnInstant = authnInstantOf(exchange);
  const sessionIndex = authnStatementOf(exchange)?.attributes.get('SessionIndex');
  const inResponseTo = confirmation.attributes.get('InResponseTo');
  const sessionNotOnOrAfter = sessionEndOf(exchange);
  const ends = [timeOf(confirmation, 'NotOnOrAfter'), timeOf(conditionsOf(assertion), 'NotOnOrAfter')];
  return {
    connectionId: connection.id,
    assertionId: assertion.attributes.get('ID') ?? '',
    issuer: connection.idp.entityId,
    nameId: { value: nameId.text, format: nameId.attributes.get('Format') ?? UNSPECIFIED },
    attributes: attributesOf(assertion),
    ...(inResponseTo === undefined ? {} : { inResponseTo }),
    ...(authnInstant === undefined ? {} : { authnInstant }),
    ...(authnContextClass === undefined ? {} : { authnContextClass }),
    ...(sessionIndex === undefined ? {} : { sessionIndex }),
    ...(sessionNotOnOrAfter === undefined ? {} : { sessionNotOnOrAfter }),
    replayableUntil: new Date(Math.max(...ends.map((end) => end?.getTime() ?? 0)) + SKEW_MS),
  };
}
