import { createHash } from 'node:crypto';
import type { KeyHint, OidcProviders } from '../discovery/providers.ts';
import { refuse, shown } from '../errors.ts';
import { type JsonObject, parseJsonObject } from '../json.ts';
import { Claims } from '../jwt/claims.ts';
import { signedClaims } from '../jwt/signed-jwt.ts';

/** Clocks of issuer and server may differ by this, in seconds. */
const SKEW = 60;
/** From the making of a token to its exchange, in seconds: it is for the job that runs now. */
const MAX_AGE = 600;
/** Of a token in compact form; those of hosts have two thousand characters. */
const MAX_LENGTH = 16_384;

/** A job of a pipeline, by a token of its host: every field from claims that a key of the issuer signed, after every check. */
export interface VerifiedWorkloadToken {
  readonly issuer: string;
  /** The only one that the token is for. Whether it is us is the caller's to check. */
  readonly audience: string;
  readonly subject: string;
  readonly claims: JsonObject;
  /** SHA-256 of what is another in every token: used once, which is the caller's to see to. */
  readonly replayKey: Buffer;
  /** Until when `replayKey` must be remembered. */
  readonly replayableUntil: Date;
}

export interface WorkloadTokenToVerify {
  readonly unverifiedToken: string;
  /** Exactly these. Nobody else is ever asked for keys, whatever a token says. */
  readonly trustedIssuers: ReadonlySet<string>;
  readonly providers: OidcProviders;
  /** Decides every time check. */
  readonly now: Date;
}

/**
 * Verifies the token that a job's host made for it (RFC 7519, RFC 8725; as GitHub Actions and GitLab CI make them). What it may
 * do is not decided here: audience and conditions are the caller's.
 * @throws OidcError `workload_token_…`; `id_token_…` for its form, header and signature; `jwks_…`, `discovery_…`
 */
export async function verifyWorkloadToken(token: WorkloadTokenToVerify): Promise<VerifiedWorkloadToken> {
  const { unverifiedToken, trustedIssuers, providers, now } = token;
  const issuer = namedIssuer(unverifiedToken, trustedIssuers);
  const keyFor = async (hint: KeyHint) => providers.keyFor(await providers.keySource(issuer, now), hint, now);
  const { claims, key } = await signedClaims('id_token', unverifiedToken, keyFor);
  if (claims['iss'] !== issuer || (key.issuer !== undefined && key.issuer !== issuer)) {
    refuse('workload_token_issuer_unknown', { got: shown(claims['iss']) });
  }
  if (claims['events'] !== undefined) refuse('workload_token_claim_invalid', { got: 'events' });
  const madeAt = holdsNow(claims, now);
  return {
    issuer,
    audience: onlyAudience(claims),
    subject: read(claims).text('sub'),
    claims,
    replayKey: replayKeyOf(unverifiedToken, issuer, claims),
    replayableUntil: new Date((madeAt + MAX_AGE + SKEW) * 1_000),
  };
}

/**
 * The UNVERIFIED claim `iss`: says whose keys to look for, among those that are trusted. Costs next to nothing.
 * @throws OidcError `workload_token_too_large`, `workload_token_issuer_unknown`
 */
export function namedIssuer(token: string, trusted: ReadonlySet<string>): string {
  if (token.length > MAX_LENGTH) refuse('workload_token_too_large');
  const [, payload = ''] = token.split('.', 3);
  const issuer = parseJsonObject(Buffer.from(payload, 'base64url'))?.['iss'];
  return typeof issuer === 'string' && trusted.has(issuer)
    ? issuer
    : refuse('workload_token_issuer_unknown', { got: shown(issuer) });
}

/** @returns when it was made, in seconds */
function holdsNow(claims: JsonObject, now: Date): number {
  const [exp, iat, clock] = [read(claims).seconds('exp'), read(claims).seconds('iat'), now.getTime() / 1_000];
  const nbf = claims['nbf'] === undefined ? iat : read(claims).seconds('nbf');
  const times = { got: `iat ${iat}, nbf ${nbf}, exp ${exp}`, want: `about ${Math.floor(clock)}` };
  if (exp + SKEW <= clock) refuse('workload_token_expired', times);
  if (Math.max(iat, nbf) > clock + SKEW) refuse('workload_token_not_yet_valid', times);
  if (iat + MAX_AGE + SKEW < clock) refuse('workload_token_too_old', times);
  return iat;
}

/** One that is for others as well may have been given to them. */
function onlyAudience({ aud }: JsonObject): string {
  const [audience, another]: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  if (typeof audience !== 'string' || another !== undefined) {
    return refuse('workload_token_audience_mismatch', { got: shown(aud), want: 'one audience' });
  }
  return audience;
}

/** By its own id where it has one, else by the bytes that are signed: a signature may have a second form (ECDSA). */
function replayKeyOf(token: string, issuer: string, claims: JsonObject): Buffer {
  const id = read(claims).textIfAny('jti');
  const what = id === undefined ? `bytes\n${token.slice(0, token.lastIndexOf('.'))}` : `jti\n${id}`;
  return createHash('sha256').update(`${issuer}\n${what}`).digest();
}

const read = (claims: JsonObject) => new Claims(claims, 'workload_token_claim_invalid');
