import { checkPlatform } from '@rolecall/org-config';
import type { DesiredPlatform, Plan } from '@rolecall/reconcile';
import { requireRight } from '../access/principal.ts';
import type { Principal } from '../access/principal.ts';
import { restricted } from '../access/reach.ts';
import type { PlanRequest } from '../api/requests.ts';
import { refuseInvalid } from './check-documents.ts';

/**
 * The document of the deployment that a request has, checked again: no client is trusted to have done it.
 * @throws Problem 422 `configuration_invalid`, 403 `organizations_restricted`
 */
export function desiredPlatform({ platform }: PlanRequest, caller: Principal): DesiredPlatform | undefined {
  if (platform === undefined) return undefined;
  if (caller.organizations !== undefined) throw restricted(caller);
  const { document, digest, diagnostics } = checkPlatform(platform.document, platform.file ?? '');
  refuseInvalid(diagnostics.filter(({ severity }) => severity === 'error'));
  return document && { document, digest, ...(platform.file === undefined ? {} : { file: platform.file }) };
}

/** A plan shows a change to whoever may plan; doing it opens everything. @throws Problem 403 `missing_right` */
export function requirePlatformRight(caller: Principal, { platform }: Plan): void {
  if (platform) requireRight(caller, 'platform.apply', 'a change of the platform document');
}
