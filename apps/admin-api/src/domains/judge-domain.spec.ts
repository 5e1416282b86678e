import type { DomainClaim } from '@rolecall/persistence';
import { judgeDomain } from './judge-domain.ts';

const NOW = new Date('2026-11-21T12:00:00Z');
const ago = (days: number) => new Date(NOW.getTime() - days * 86_400_000);
const claim = (more: Partial<DomainClaim> = {}): DomainClaim => ({
  domain: 'acme.example',
  verification: 'dns',
  token: 't',
  claimedAt: ago(30),
  verifiedAt: undefined,
  checkedAt: undefined,
  failingSince: undefined,
  error: undefined,
  ...more,
});
const judge = (of: DomainClaim, found: Parameters<typeof judgeDomain>[1], isFree = true) =>
  judgeDomain(of, found, isFree, NOW, 0.5);

describe('a claim', () => {
  it('is proved once, and stays so since then', () => {
    expect(judge(claim(), 'proved')).toMatchObject({ verifiedAt: NOW, event: 'domain.verified', error: undefined });
    expect(judge(claim({ verifiedAt: ago(3), failingSince: ago(1) }), 'proved')).toMatchObject({
      verifiedAt: ago(3),
      failingSince: undefined,
      event: undefined,
    });
  });

  it.each(['record_missing', 'record_differs', 'dns_unreachable'] as const)('is not proved by %s', (found) => {
    expect(judge(claim(), found)).toMatchObject({ verifiedAt: undefined, error: found, event: undefined });
  });

  it.each(['record_missing', 'record_differs', 'dns_unreachable'] as const)('is lost by a week of %s', (found) => {
    const verified = claim({ verifiedAt: ago(100) });
    expect(judge(verified, found)).toMatchObject({
      verifiedAt: ago(100),
      failingSince: NOW,
      error: found,
      event: undefined,
    });
    expect(judge({ ...verified, failingSince: ago(6.99) }, found)).toMatchObject({
      verifiedAt: ago(100),
      event: undefined,
    });
    expect(judge({ ...verified, failingSince: ago(7) }, found)).toMatchObject({
      verifiedAt: undefined,
      event: 'domain.lost',
    });
  });

  it('of another organization’s domain is refused, and said once', () => {
    const refused = judge(claim(), 'proved', false);
    expect(refused).toMatchObject({ verifiedAt: undefined, error: 'email_domain_taken', event: 'domain.refused' });
    expect(judge(claim({ error: 'email_domain_taken' }), 'proved', false)).toMatchObject({ event: undefined });
  });

  it('that is asserted is proved for as long as its record is there', () => {
    const asserted = claim({ verification: 'asserted', verifiedAt: ago(1) });
    expect(judge(asserted, 'record_missing')).toMatchObject({ verifiedAt: undefined, event: undefined });
  });

  it.each([
    [0.01, 1],
    [0.5, 10],
    [3, 60],
    [30, 1440],
  ])('of %d days is looked up again after %d minutes', (age, minutes) => {
    expect(judge(claim({ claimedAt: ago(age) }), 'record_missing').dueAt).toEqual(
      new Date(NOW.getTime() + minutes * 60_000),
    );
  });

  it('is looked up at another moment by each replica', () => {
    const due = (chance: number) => judgeDomain(claim(), 'proved', true, NOW, chance).dueAt.getTime() - NOW.getTime();
    expect([due(0), due(1)]).toEqual([0.75 * 86_400_000, 1.25 * 86_400_000]);
  });
});
