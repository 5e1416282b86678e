import { durationSeconds, EVERY_ORGANIZATION, trustsOf, unmetConditions } from '@rolecall/org-config';
import type { ApiRight, NamedTrust, PlatformDocument } from '@rolecall/org-config';
import { OIDC_ERROR_CODES, namedIssuer, OidcError, verifyWorkloadToken } from '@rolecall/oidc';
import type { OidcErrorCode, OidcProviders, VerifiedWorkloadToken } from '@rolecall/oidc';
import type { Database } from '@rolecall/persistence';
import type { LivePlatform } from '@rolecall/reconcile';
import { rememberedClaims } from './remembered-claims.ts';
import type { ExchangeRequest } from './exchange-request.ts';

const DEFAULT_LIFETIME_SECONDS = 15 * 60;
/** Applies of the platform document come one after the other, and seldom. */
const MOST_ATTEMPTS = 3;
/** Of the name that stands in the history and in logs. */
const SUBJECT_SHOWN = 120;

/** What the job gets. `token` is SECRET. */
export interface Exchanged {
  readonly id: string;
  readonly token: string;
  readonly rights: readonly ApiRight[];
  readonly lifetimeSeconds: number;
}

/** Why a token was not exchanged: for the log of the operator, never for who asked. */
export interface Refused {
  readonly code: OidcErrorCode;
  readonly sentence: string;
  /** Names of claims and of entries; no value of a claim. */
  readonly detail?: string;
}

/** Gives jobs of pipelines API tokens in exchange for tokens of their hosts, as the platform document says. */
export class TokenExchange {
  constructor(
    private readonly database: Pick<Database, 'platform' | 'workloadTokens'>,
    private readonly providers: OidcProviders,
    /** What an entry without `audience` asks for: the public URL of the admin API. */
    private readonly ownAudience: string,
  ) {}

  /**
   * @param attempt told, with the trusted issuer that a token names, before it is verified: the first that costs work. What it throws
   *   is thrown on
   */
  async exchange(
    request: ExchangeRequest,
    now: Date,
    traceId: string,
    attempt: (unverifiedIssuer: string) => Promise<void>,
  ): Promise<Exchanged | Refused> {
    for (let attempts = 1; ; attempts += 1) {
      const exchanged = await this.attemptAt(await this.database.platform.live(), request, now, traceId, attempt);
      if (exchanged !== 'trust_moved') return exchanged;
      if (attempts === MOST_ATTEMPTS) return refused(['workload_token_conditions_unmet', 'the document changes']);
    }
  }

  /** By the document that was live a moment ago. */
  private async attemptAt(
    live: LivePlatform | undefined,
    request: ExchangeRequest,
    now: Date,
    traceId: string,
    attempt: (unverifiedIssuer: string) => Promise<void>,
  ): Promise<Exchanged | Refused | 'trust_moved'> {
    const document = live?.document;
    const trustedIssuers = issuersOf(document);
    try {
      await attempt(namedIssuer(request.unverifiedToken, trustedIssuers));
      const verified = await verifyWorkloadToken({
        unverifiedToken: request.unverifiedToken,
        trustedIssuers,
        providers: this.providers,
        now,
      });
      const [trust] = document ? trustsOf(document, verified, this.ownAudience).filter(gives(request)) : [];
      if (!live || !trust) return refused(this.whyNone(document, verified));
      return await this.issue(trust, request, verified, live, now, traceId);
    } catch (error) {
      if (error instanceof OidcError) return refused([error.code, undefined]);
      throw error;
    }
  }

  private async issue(
    trust: NamedTrust,
    { scope }: ExchangeRequest,
    verified: VerifiedWorkloadToken,
    { document, revision }: LivePlatform,
    now: Date,
    traceId: string,
  ): Promise<Exchanged | Refused | 'trust_moved'> {
    const { issuer, audience, subject, replayKey, replayableUntil } = verified;
    const lifetimeSeconds = lifetimeOf(trust);
    const rights = trust.rights.filter((right) => scope === undefined || scope.includes(right));
    const made = await this.database.workloadTokens.exchange({
      name: `${trust.name}: ${subject.slice(0, SUBJECT_SHOWN)}`,
      rights,
      organizations: trust.organizations.includes(EVERY_ORGANIZATION) ? undefined : trust.organizations,
      workload: { trust: trust.name, issuer, audience, subject, claims: rememberedClaims(verified.claims, document) },
      platformRevision: revision,
      replayKey,
      replayableUntil,
      expiresAt: new Date(now.getTime() + lifetimeSeconds * 1_000),
      now,
      traceId,
    });
    if (made === 'trust_moved') return made;
    if (made === 'replayed') return refused(['workload_token_replayed', `entry ${trust.name}`]);
    return { ...made, rights, lifetimeSeconds };
  }

  private whyNone(
    document: PlatformDocument | undefined,
    { issuer, audience, claims }: VerifiedWorkloadToken,
  ): readonly [OidcErrorCode, string | undefined] {
    const entries = Object.entries(document?.spec.trustedIssuers ?? {}).filter(([, trust]) => trust.issuer === issuer);
    const forUs = entries.filter(([, trust]) => (trust.audience ?? this.ownAudience) === audience);
    if (forUs.length === 0) return ['workload_token_audience_mismatch', undefined];
    const unmet = forUs.map(([name, trust]) => `${name}: ${unmetConditions(trust, claims).join(' ') || 'scope'}`);
    return ['workload_token_conditions_unmet', unmet.slice(0, 20).join('; ')];
  }
}

function issuersOf(document: PlatformDocument | undefined): ReadonlySet<string> {
  return new Set(Object.values(document?.spec.trustedIssuers ?? {}).map(({ issuer }) => issuer));
}

/** An entry that has every right that the job wants. */
const gives =
  ({ scope = [] }: ExchangeRequest) =>
  ({ rights }: NamedTrust) =>
    scope.every((wanted) => rights.some((right) => right === wanted));

function lifetimeOf({ maxLifetime }: NamedTrust): number {
  const seconds = maxLifetime === undefined ? undefined : durationSeconds(maxLifetime);
  return Math.min(seconds ?? DEFAULT_LIFETIME_SECONDS, DEFAULT_LIFETIME_SECONDS);
}

function refused([code, detail]: readonly [OidcErrorCode, string | undefined]): Refused {
  return { code, sentence: OIDC_ERROR_CODES[code].sentence, ...(detail === undefined ? {} : { detail }) };
}
