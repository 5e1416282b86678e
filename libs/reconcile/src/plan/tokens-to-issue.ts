import { keysOf } from '../fields/address.ts';
import type { OrganizationChange } from './plan.ts';

/** The tokens of a directory that a change declares: each lets nobody in before somebody has it issued. */
export function tokensToIssue({ fields }: Pick<OrganizationChange, 'fields'>): readonly string[] {
  return fields.flatMap(({ path, action }) => {
    const [spec, scim, tokens, name, ...below] = keysOf(path);
    const declared = spec === 'spec' && scim === 'scim' && tokens === 'tokens' && below.length === 0;
    return declared && action === 'create' && name !== undefined ? [name] : [];
  });
}
