import type { OffboardingReceipt } from '@rolecall/persistence';

/** A receipt as the API shows it. */
export function receiptView({ receiptId, effectiveAt, at, ...receipt }: OffboardingReceipt): object {
  return { id: receiptId, ...receipt, at: at.toISOString(), effectiveAt: effectiveAt?.toISOString() ?? null };
}
