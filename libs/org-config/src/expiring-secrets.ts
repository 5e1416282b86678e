import { quoted } from './check/finding.ts';
import { daysUntil, endOfDay, whenIs } from './day.ts';
import type { Diagnostic } from './diagnostic.ts';
import type { OrganizationDocument } from './document.ts';
import { pointerTo } from './json.ts';
import type { LoadedDocument } from './load/load-documents.ts';

/** How long before its end a secret is warned of, in days: time for a customer's administrator to make another. */
const WARN_DAYS = 30;

/** A client secret whose end the document tells. */
export interface ExpiringSecret {
  readonly identityProvider: string;
  /** Of `expires`. */
  readonly pointer: string;
  /** Its last day, as declared: `2027-03-31`. */
  readonly expires: string;
  /** When that day is over, UTC. */
  readonly endsAt: Date;
  /** Whole days until the end of that day, UTC; negative = it is over. */
  readonly daysLeft: number;
}

/** The client secrets of a valid document that say when they end, the earliest first. */
export function expiringSecrets({ spec }: OrganizationDocument, now: Date): readonly ExpiringSecret[] {
  return Object.entries(spec.identityProviders ?? {})
    .flatMap(([identityProvider, declared]) => {
      const expires = declared.type === 'oidc' ? declared.clientSecret?.expires : undefined;
      if (expires === undefined) return [];
      const pointer = pointerTo('/spec/identityProviders', identityProvider, 'clientSecret', 'expires');
      const endsAt = endOfDay(expires);
      return [{ identityProvider, pointer, expires, endsAt, daysLeft: daysUntil(endsAt, now) }];
    })
    .sort((a, b) => a.daysLeft - b.daysLeft);
}

/**
 * Warnings for the secrets and exemptions of a document that have ended or will within `WARN_DAYS`. Never errors: other changes go on.
 */
export function expiryDiagnostics(loaded: LoadedDocument, now: Date): readonly Diagnostic[] {
  return [...secretDiagnostics(loaded, now), ...exemptionDiagnostics(loaded, now)];
}

function exemptionDiagnostics(loaded: LoadedDocument, now: Date): readonly Diagnostic[] {
  return Object.entries(loaded.document.spec.login?.exemptions ?? {}).flatMap(([address, { expires }]) => {
    const daysLeft = daysUntil(endOfDay(expires), now);
    if (daysLeft > WARN_DAYS) return [];
    const pointer = pointerTo('/spec/login/exemptions', address, 'expires');
    return {
      severity: 'warning',
      code: daysLeft < 0 ? 'exemption_expired' : 'exemption_expires_soon',
      message: `the exemption of ${quoted(address)} ${daysLeft < 0 ? 'ended' : 'ends'} ${whenIs(daysLeft)} (${expires})`,
      suggestion: daysLeft < 0 ? 'remove it, or correct `expires`' : 'correct `expires` should it last longer',
      pointer,
      position: loaded.positionOf(pointer),
    };
  });
}

function secretDiagnostics(loaded: LoadedDocument, now: Date): readonly Diagnostic[] {
  return expiringSecrets(loaded.document, now)
    .filter(({ daysLeft }) => daysLeft <= WARN_DAYS)
    .map(({ identityProvider, pointer, expires, daysLeft }) => ({
      severity: 'warning',
      code: daysLeft < 0 ? 'secret_expired' : 'secret_expires_soon',
      message: `the client secret of \`${identityProvider}\` ${daysLeft < 0 ? 'ended' : 'ends'} ${whenIs(daysLeft)} (${expires})`,
      suggestion: `make a new one at the identity provider, then ${isSealed(loaded, identityProvider) ? 'seal it' : 'raise `version`'} and correct \`expires\``,
      pointer,
      position: loaded.positionOf(pointer),
    }));
}

function isSealed({ document }: LoadedDocument, identityProvider: string): boolean {
  const declared = document.spec.identityProviders?.[identityProvider];
  return declared?.type === 'oidc' && declared.clientSecret !== undefined && 'age' in declared.clientSecret;
}
