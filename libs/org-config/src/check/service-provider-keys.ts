import type { Json } from '../document.ts';
import { OVERLAP_LIMITS } from '../duration.ts';
import { mapOf, own } from '../json.ts';
import { checkDuration } from './bounds.ts';
import type { Findings } from './finding.ts';

/** The overlap of keys stays within bounds. */
export function checkServiceProviderKeys(document: Json, findings: Findings): void {
  const providers = mapOf(own(mapOf(own(mapOf(document), 'spec')), 'identityProviders'));
  for (const [name, provider] of Object.entries(providers)) {
    const overlap = own(mapOf(own(mapOf(provider), 'serviceProviderKeys')), 'overlap');
    checkDuration(overlap, OVERLAP_LIMITS, `/spec/identityProviders/${name}/serviceProviderKeys/overlap`, findings);
  }
}
