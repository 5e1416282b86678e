import { isMap } from './json.ts';
import type { ClaimCondition, PlatformDocument, TrustedIssuer } from './platform-document.ts';

/** Who a job proved to be: VERIFIED claims of a token that its host signed. */
export interface WorkloadIdentity {
  readonly issuer: string;
  readonly audience: string;
  /** By name. Those that are no text and no boolean meet no condition. */
  readonly claims: Readonly<Record<string, unknown>>;
}

/** An entry of `trustedIssuers` with its name. */
export interface NamedTrust extends TrustedIssuer {
  readonly name: string;
}

/**
 * The entries that an identity fits, the one with the most conditions first, and of these the first by name: a job that may do more
 * than others of its repository is described by more.
 * @param ownAudience what an entry without `audience` asks for: the public URL of the admin API
 */
export function trustsOf(
  { spec }: PlatformDocument,
  identity: WorkloadIdentity,
  ownAudience: string,
): readonly NamedTrust[] {
  const named = Object.entries(spec.trustedIssuers ?? {}).map(([name, trust]) => ({ name, ...trust }));
  const fitting = named.filter(
    (trust) =>
      trust.issuer === identity.issuer &&
      (trust.audience ?? ownAudience) === identity.audience &&
      unmetConditions(trust, identity.claims).length === 0,
  );
  const conditions = (trust: TrustedIssuer) => Object.keys(trust.conditions).length;
  return fitting.toSorted((a, b) => conditions(b) - conditions(a) || (a.name < b.name ? -1 : 1));
}

/** The claims that are not as an entry asks. */
export function unmetConditions({ conditions }: TrustedIssuer, claims: WorkloadIdentity['claims']): readonly string[] {
  const entries = Object.entries(conditions);
  return entries
    .filter(([claim, condition]) => !meets(condition, Object.hasOwn(claims, claim) ? claims[claim] : undefined))
    .map(([claim]) => claim);
}

/** Exact, type and case included; only a map says "begins with". */
function meets(condition: ClaimCondition, value: unknown): boolean {
  if (typeof condition === 'boolean') return value === condition;
  if (typeof value !== 'string') return false;
  if (typeof condition === 'string') return value === condition;
  if (isMap(condition)) return value.startsWith(condition['startsWith'] as string);
  return (condition as readonly string[]).includes(value);
}
