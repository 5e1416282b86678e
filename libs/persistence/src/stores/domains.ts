import type { Actor } from '@rolecall/audit';

export type DomainVerification = 'dns' | 'asserted';

/**
 * Why a look at DNS proved nothing: no TXT record, others than the wanted one, no answer of the servers, or a proof of a domain
 * that is another organization's.
 */
export type DomainError = 'record_missing' | 'record_differs' | 'dns_unreachable' | 'email_domain_taken';

/** An e-mail domain that an organization's document declares. */
export interface DomainClaim {
  readonly domain: string;
  readonly verification: DomainVerification;
  /** Made by the server for this organization and domain; whoever controls the domain's DNS publishes it. */
  readonly token: string;
  readonly claimedAt: Date;
  /** Since when it is proved without a break; undefined = it is not. */
  readonly verifiedAt: Date | undefined;
  readonly checkedAt: Date | undefined;
  /** Since when every look failed; undefined = the last one did not. */
  readonly failingSince: Date | undefined;
  readonly error: DomainError | undefined;
}

/** What a look at DNS makes of a claim. */
export interface CheckedDomain {
  readonly verifiedAt: Date | undefined;
  readonly failingSince: Date | undefined;
  readonly error: DomainError | undefined;
  /** When to look next, without an administrator asking. */
  readonly dueAt: Date;
  /** What the audit log says, if this changed something. */
  readonly event: 'domain.verified' | 'domain.lost' | 'domain.refused' | undefined;
}

export interface DomainClaims {
  /** Every claim of one organization, by domain. */
  list(organizationId: string): Promise<readonly DomainClaim[]>;
  find(organizationId: string, domain: string): Promise<DomainClaim | undefined>;
  /**
   * Takes up to `limit` checks that are due and puts them off to `leasedUntil`, so that no other replica takes them before
   * this one has recorded its result, or has died.
   */
  takeDue(at: {
    now: Date;
    leasedUntil: Date;
    limit: number;
  }): Promise<readonly { organizationId: string; domain: string }[]>;
  /**
   * Records what was found for the claim with this `token`, in one transaction with what follows: the route to the
   * organization, or its end, and the audit event. `judge` is told the claim as it is now and, when the record is there,
   * whether the domain is free or already this organization's. undefined = the claim is gone, nothing was recorded.
   */
  record(
    at: { organizationId: string; domain: string; token: string; actor: Actor; now: Date },
    judge: (claim: DomainClaim, isFree: boolean) => CheckedDomain,
  ): Promise<DomainClaim | undefined>;
}
