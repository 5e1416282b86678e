import { createHash } from 'node:crypto';
import type { OidcConnection } from '../connection.ts';
import type { ProviderKey } from '../discovery/provider-keys.ts';
import { refuse, shown } from '../errors.ts';
import { expectedIssuer, issuerOfTenant } from '../issuer.ts';
import type { JsonObject } from '../json.ts';
import { Claims } from '../jwt/claims.ts';

/** Clocks of provider and gateway may differ by this, in seconds. */
const SKEW = 60;
/** An ID token is made for a login; the gateway fetches it at once. In seconds. */
const MAX_AGE = 600;
const MAX_SUBJECT = 255;

/** Claims whose signature is verified, and what they must answer. */
export interface TokenToCheck {
  readonly claims: JsonObject;
  readonly connection: OidcConnection;
  readonly accessToken: string;
  readonly nonce: string;
  /** When the browser was sent to the provider. */
  readonly startedAt: Date;
  /** That verified the signature. */
  readonly key: ProviderKey;
  /** Of the verified signature. */
  readonly algorithm: string;
  readonly now: Date;
}

type ClaimCheck = (token: TokenToCheck) => void;

/** What an ID token must say (OpenID Connect Core §2, §3.1.3.7). In this order. */
export const claimChecks: readonly ClaimCheck[] = [
  isNoLogoutToken, //     Back-Channel Logout §2.4
  issuerIsTheProvider, // §3.1.3.7 (2)
  keyIsTheIssuers, //     Entra ID: several issuers share a key set
  audienceIsUs, //        §3.1.3.7 (3)
  authorizedPartyIsUs, // §3.1.3.7 (4), (5)
  holdsNow, //            §3.1.3.7 (9), RFC 7519 §4.1.5
  isFresh, //             §3.1.3.7 (10)
  answersOurRequest, //   §3.1.3.7 (11)
  subjectIsPlain, //      §2
  accessTokenIsTheSame, // §3.1.3.8
  isRecentEnough, //      §3.1.3.7 (13)
  isStrongEnough, //      §3.1.3.7 (12)
  accountIsOfTheDomain,
];

function isNoLogoutToken({ claims }: TokenToCheck): void {
  if (claims['events'] !== undefined) refuse('id_token_is_logout_token');
}

function issuerIsTheProvider({ claims, connection }: TokenToCheck): void {
  const want = expectedIssuer(connection.provider, claims);
  if (claims['iss'] !== want) refuse('id_token_issuer_mismatch', { got: shown(claims['iss']), want });
}

/** A key that names an issuer signs for that one alone (O3). */
function keyIsTheIssuers({ claims: { iss, tid }, key: { issuer } }: TokenToCheck): void {
  if (issuer === undefined) return;
  const want = typeof tid === 'string' ? issuerOfTenant(issuer, tid.toLowerCase()) : issuer;
  if (iss !== want) refuse('id_token_key_of_another_issuer', { got: shown(iss), want });
}

function audienceIsUs({ claims, connection }: TokenToCheck): void {
  const audiences: readonly unknown[] = Array.isArray(claims['aud']) ? claims['aud'] : [claims['aud']];
  if (!audiences.includes(connection.clientId)) {
    refuse('id_token_audience_mismatch', { got: shown(claims['aud']), want: connection.clientId });
  }
}

/** With further audiences the token must say that it was given to us. */
function authorizedPartyIsUs({ claims: { aud, azp }, connection }: TokenToCheck): void {
  const needed = Array.isArray(aud) && aud.length > 1;
  if ((azp !== undefined || needed) && azp !== connection.clientId) {
    refuse('id_token_azp_mismatch', { got: shown(azp), want: connection.clientId });
  }
}

function holdsNow({ claims, now }: TokenToCheck): void {
  const exp = seconds(claims, 'exp');
  const nbf = claims['nbf'] === undefined ? undefined : seconds(claims, 'nbf');
  if (exp + SKEW <= epoch(now)) refuse('id_token_expired', times(exp, now));
  if (nbf !== undefined && nbf > epoch(now) + SKEW) refuse('id_token_not_yet_valid', times(nbf, now));
}

function isFresh({ claims, now }: TokenToCheck): void {
  const iat = seconds(claims, 'iat');
  if (iat > epoch(now) + SKEW) refuse('id_token_not_yet_valid', times(iat, now));
  if (iat + MAX_AGE + SKEW < epoch(now)) refuse('id_token_too_old', times(iat, now));
}

function answersOurRequest({ claims, nonce }: TokenToCheck): void {
  if (claims['nonce'] !== nonce) {
    refuse('id_token_nonce_mismatch', { got: claims['nonce'] === undefined ? 'absent' : 'another' });
  }
}

function subjectIsPlain({ claims: { sub } }: TokenToCheck): void {
  const plain = typeof sub === 'string' && sub !== '' && sub.length <= MAX_SUBJECT && !/\p{C}/u.test(sub);
  if (!plain) refuse('id_token_subject_invalid', { got: shown(sub) });
}

/** Only where the provider sends it; the code flow leaves that open. */
function accessTokenIsTheSame({ claims, accessToken, algorithm }: TokenToCheck): void {
  const sent = claims['at_hash'];
  if (sent === undefined) return;
  const hash = createHash(`sha${/\d{3}$/.exec(algorithm)?.[0] ?? '512'}`)
    .update(accessToken)
    .digest();
  if (sent !== hash.subarray(0, hash.length / 2).toString('base64url')) refuse('id_token_at_hash_mismatch');
}

/** Only what was asked for: `auth_time` must then be there, and is measured from the moment of the request. */
function isRecentEnough({ claims, connection: { maxAge, forceAuthn }, startedAt, now }: TokenToCheck): void {
  const age = forceAuthn ? 0 : maxAge;
  if (age === undefined) return;
  if (claims['auth_time'] === undefined) refuse('id_token_auth_time_missing', { want: 'auth_time' });
  const authTime = seconds(claims, 'auth_time');
  if (authTime > epoch(now) + SKEW) refuse('id_token_not_yet_valid', times(authTime, now));
  if (authTime + age + SKEW < epoch(startedAt)) {
    refuse('id_token_authentication_too_old', {
      got: `auth_time ${authTime}`,
      want: `from ${Math.floor(epoch(startedAt)) - age}`,
    });
  }
}

function isStrongEnough({ claims: { acr }, connection: { acrValues } }: TokenToCheck): void {
  if (acrValues === undefined || (typeof acr === 'string' && acrValues.includes(acr))) return;
  refuse('id_token_acr_mismatch', { got: `acr ${shown(acr)}`, want: acrValues.join(', ') });
}

/** Google Workspace: the claim, never the request's hint; personal accounts have none (O6). */
function accountIsOfTheDomain({ claims: { hd }, connection: { hostedDomain } }: TokenToCheck): void {
  if (hostedDomain !== undefined && hd !== hostedDomain) {
    refuse('hosted_domain_mismatch', { got: shown(hd), want: hostedDomain });
  }
}

const seconds = (claims: JsonObject, name: string) => new Claims(claims, 'id_token_claim_invalid').seconds(name);

function epoch(now: Date): number {
  return now.getTime() / 1_000;
}

function times(claimed: number, now: Date): { got: string; want: string } {
  return { got: `${claimed}`, want: `about ${Math.floor(epoch(now))}` };
}
