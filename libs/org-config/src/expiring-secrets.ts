import { clientSecrets, type SecretHolder } from './client-secrets.ts';
import { quoted } from './check/finding.ts';
import { daysUntil, endOfDay, whenIs } from './day.ts';
import type { Diagnostic } from './diagnostic.ts';
import type { OrganizationDocument } from './document.ts';
import { pointerTo } from './json.ts';
import type { LoadedDocument } from './load/load-documents.ts';

/** How long before its end a secret is warned of, in days: time for a customer's administrator to make another. */
const WARN_DAYS = 30;

/** A client secret whose end the document tells. */
export interface ExpiringSecret extends SecretHolder {
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
export function expiringSecrets(document: OrganizationDocument, now: Date): readonly ExpiringSecret[] {
  return clientSecrets(document)
    .flatMap(({ map, name, pointer, reference: { expires } }) => {
      if (expires === undefined) return [];
      const endsAt = endOfDay(expires);
      return [{ map, name, pointer: `${pointer}/expires`, expires, endsAt, daysLeft: daysUntil(endsAt, now) }];
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
    .map(({ map, name, pointer, expires, daysLeft }) => ({
      severity: 'warning',
      code: daysLeft < 0 ? 'secret_expired' : 'secret_expires_soon',
      message: `the client secret of \`${name}\` ${daysLeft < 0 ? 'ended' : 'ends'} ${whenIs(daysLeft)} (${expires})`,
      suggestion: `make a new one ${MADE[map]}, then ${isSealed(loaded, { map, name }) ? 'seal it' : 'raise `version`'} and correct \`expires\``,
      pointer,
      position: loaded.positionOf(pointer),
    }));
}

/** Who has the other copy of a secret. */
const MADE = { identityProviders: 'at the identity provider', applications: 'for the application' } as const;

function isSealed({ document }: LoadedDocument, { map, name }: SecretHolder): boolean {
  return clientSecrets(document).some((it) => it.map === map && it.name === name && 'age' in it.reference);
}
