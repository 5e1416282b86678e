import type { OidcConnection } from '../connection.ts';
import type { ProviderKey } from '../discovery/provider-keys.ts';
import type { KeyHint, OidcProviders } from '../discovery/providers.ts';
import { refuse, shown } from '../errors.ts';
import { expectedIssuer, issuerOfTenant } from '../issuer.ts';
import { isObject, type JsonObject } from '../json.ts';
import { Claims } from '../jwt/claims.ts';
import { signedClaims } from '../jwt/signed-jwt.ts';

/** Clocks of provider and gateway may differ by this, in seconds. */
const SKEW = 60;
/** A logout token is sent when it is made; later it is no news. In seconds. */
const MAX_AGE = 600;
const EVENT = 'http://schemas.openid.net/event/backchannel-logout';

/** A provider says that somebody signed out: every field from a token that it signed for this client, after every check. */
export interface VerifiedLogoutToken {
  readonly connectionId: string;
  /** Used once per connection: the caller's to say, before anything is ended. */
  readonly jti: string;
  /** Whose sessions; absent = that of `sid`, whoever has it. */
  readonly sub: string | undefined;
  /** Which session; absent = all of `sub`. */
  readonly sid: string | undefined;
  /** Until when `jti` must be remembered. */
  readonly replayableUntil: Date;
}

/** What came to the back-channel logout address of a connection. */
export interface LogoutTokenToVerify {
  readonly unverifiedLogoutToken: string;
  readonly connection: Pick<OidcConnection, 'id' | 'provider' | 'clientId'>;
  readonly providers: OidcProviders;
  /** Decides every time check. */
  readonly now: Date;
}

interface TokenToCheck {
  readonly claims: JsonObject;
  readonly key: ProviderKey;
  readonly connection: LogoutTokenToVerify['connection'];
  readonly now: Date;
}

/** What a logout token must say (OpenID Connect Back-Channel Logout 1.0 §2.4, §2.6). In this order. */
const claimChecks: readonly ((token: TokenToCheck) => void)[] = [
  issuerIsTheProvider, // §2.6 (3)
  audienceIsUs, //        §2.6 (3)
  holdsNow, //            §2.6 (3)
  namesSomebody, //       §2.6 (4)
  isALogout, //           §2.6 (5)
  isNoIdToken, //         §2.6 (6)
  isOneOfAKind, //        §2.4: jti
];

/**
 * Verifies a logout token. Only a key of the provider's own key set counts, and it is signed like an ID token; `events` and
 * the missing nonce tell the two apart, since the type in the header may be absent.
 * @throws OidcError `logout_token_…`; `id_token_key_…`, `jwks_…`, `discovery_…` where the key can't be found
 */
export async function verifyLogoutToken(token: LogoutTokenToVerify): Promise<VerifiedLogoutToken> {
  const { unverifiedLogoutToken, connection, providers, now } = token;
  const keyFor = async (hint: KeyHint) =>
    providers.keyFor(await providers.metadata(connection.provider, now), hint, now);
  const { claims, key } = await signedClaims('logout_token', unverifiedLogoutToken, keyFor);
  for (const check of claimChecks) check({ claims, key, connection, now });
  return {
    connectionId: connection.id,
    jti: read(claims).textIfAny('jti') ?? '',
    sub: read(claims).textIfAny('sub'),
    sid: read(claims).textIfAny('sid'),
    replayableUntil: new Date((read(claims).seconds('iat') + MAX_AGE + SKEW) * 1_000),
  };
}

function issuerIsTheProvider({ claims, key, connection }: TokenToCheck): void {
  const { iss, tid } = claims;
  const want = expectedIssuer(connection.provider, claims);
  if (iss !== want) refuse('logout_token_issuer_mismatch', { got: shown(iss), want });
  if (key.issuer === undefined) return;
  const ofKey = typeof tid === 'string' ? issuerOfTenant(key.issuer, tid.toLowerCase()) : key.issuer;
  if (iss !== ofKey) refuse('logout_token_issuer_mismatch', { got: shown(iss), want: ofKey });
}

function audienceIsUs({ claims: { aud }, connection: { clientId } }: TokenToCheck): void {
  const audiences: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  if (!audiences.includes(clientId)) refuse('logout_token_audience_mismatch', { got: shown(aud), want: clientId });
}

function holdsNow({ claims, now }: TokenToCheck): void {
  const [exp, iat, clock] = [read(claims).seconds('exp'), read(claims).seconds('iat'), now.getTime() / 1_000];
  const got = { got: `exp ${exp}, iat ${iat}`, want: `about ${Math.floor(clock)}` };
  if (exp + SKEW <= clock) refuse('logout_token_expired', got);
  if (iat > clock + SKEW) refuse('logout_token_not_yet_valid', got);
  if (iat + MAX_AGE + SKEW < clock) refuse('logout_token_too_old', got);
}

function namesSomebody({ claims }: TokenToCheck): void {
  const names = [read(claims).textIfAny('sub'), read(claims).textIfAny('sid')];
  if (names.every((name) => name === undefined)) refuse('logout_token_names_nobody', { want: 'sub or sid' });
}

function isALogout({ claims: { events } }: TokenToCheck): void {
  const event = isObject(events) && Object.hasOwn(events, EVENT) ? events[EVENT] : undefined;
  if (!isObject(event) || Array.isArray(event))
    refuse('logout_token_event_missing', { got: shown(events), want: EVENT });
}

function isNoIdToken({ claims }: TokenToCheck): void {
  if (Object.hasOwn(claims, 'nonce')) refuse('logout_token_with_nonce');
}

function isOneOfAKind({ claims }: TokenToCheck): void {
  if (read(claims).textIfAny('jti') === undefined) refuse('logout_token_claim_invalid', { got: 'no jti', want: 'jti' });
}

const read = (claims: JsonObject) => new Claims(claims, 'logout_token_claim_invalid');
